import { type CallbackFaults, callbackFaults, type FaultPlan, faultKinds } from '../tenants/faults';

/** An input of the control API that cannot be used; answered with 400. */
export class ControlInputError extends Error {}

/** An object of the input, not looked at yet. */
export type Fields = Record<string, unknown>;

/** An object, or an error that says so. */
export function fieldsOf(value: unknown, name = 'The body'): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new ControlInputError(`${name} must be a JSON object`);
}

/** A text field. */
export function text(fields: Fields, name: string, fallback?: string): string {
  const value = fields[name] ?? fallback;
  if (typeof value === 'string' && value !== '') return value;
  throw new ControlInputError(`${name} must be a text`);
}

/** A whole number from 0 on. */
export function integer(fields: Fields, name: string, fallback?: number): number {
  const value = fields[name] ?? fallback;
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new ControlInputError(`${name} must be a whole number from 0 on`);
}

/** A whole number or null. */
export function integerOrNull(fields: Fields, name: string, fallback: number): number | null {
  return fields[name] === null ? null : integer(fields, name, fallback);
}

/** One of the known words. */
export function oneOf<T extends string>(fields: Fields, name: string, known: readonly [T, ...T[]]): T {
  const value = fields[name] ?? known[0];
  const word = known.find((candidate) => candidate === value);
  if (word !== undefined) return word;
  throw new ControlInputError(`${name} must be one of ${known.join(', ')}`);
}

/** A list of whole numbers; numbers as texts are welcome. */
export function integers(fields: Fields, name: string): number[] {
  const value = fields[name];
  const numbers = Array.isArray(value) ? value.map(Number) : [];
  if (numbers.length > 0 && numbers.every(Number.isSafeInteger)) return numbers;
  throw new ControlInputError(`${name} must be a list of whole numbers`);
}

/** A list of texts. */
export function texts(fields: Fields, name: string): string[] {
  const value = fields[name];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value as string[];
  throw new ControlInputError(`${name} must be a list of texts`);
}

/** A plan of faults. */
export function faultsOf(value: unknown): FaultPlan {
  const { rules = [], callbacks = {} } = fieldsOf(value);
  if (!Array.isArray(rules)) throw new ControlInputError('rules must be a list');
  return { rules: rules.map(ruleOf), callbacks: callbacksOf(callbacks) };
}

function callbacksOf(value: unknown): CallbackFaults {
  const fields = fieldsOf(value, 'callbacks');
  for (const [name, isOn] of Object.entries(fields)) {
    if (!callbackFaults.some((known) => known === name))
      throw new ControlInputError(`callbacks.${name} is not known; known are ${callbackFaults.join(', ')}`);
    if (typeof isOn !== 'boolean') throw new ControlInputError(`callbacks.${name} must be true or false`);
  }
  return fields;
}

function ruleOf(value: unknown): FaultPlan['rules'][number] {
  const fields = fieldsOf(value, 'rules');
  const kind = faultKinds.find((known) => known === fields.kind);
  if (!kind) throw new ControlInputError(`kind must be one of ${faultKinds.join(', ')}`);
  return {
    kind,
    ...(fields.route === undefined ? {} : { route: text(fields, 'route') }),
    ...(fields.times === undefined ? {} : { times: integer(fields, 'times') }),
    ...(fields.delayMs === undefined ? {} : { delayMs: integer(fields, 'delayMs') }),
  };
}
