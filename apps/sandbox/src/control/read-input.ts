import { type CustomerMix, plainMix } from '../customers/mix';
import { type FaultPlan, faultKinds } from '../tenants/faults';

/** An input of the control API that cannot be used; answered with 400. */
export class ControlInputError extends Error {}

type Fields = Record<string, unknown>;

/** An object, or an error that says so. */
export function fieldsOf(value: unknown): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new ControlInputError('The body must be a JSON object');
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

/** Shares of peculiar customers; absent ones are 0. */
export function mixOf(value: unknown): CustomerMix {
  const fields = value === undefined ? {} : fieldsOf(value);
  const mix = { ...plainMix };
  for (const [name, share] of Object.entries(fields)) {
    if (!(name in plainMix))
      throw new ControlInputError(`mix.${name} is not known; known are ${Object.keys(plainMix).join(', ')}`);
    if (typeof share !== 'number' || share < 0 || share > 1)
      throw new ControlInputError(`mix.${name} must be from 0 to 1`);
    mix[name as keyof CustomerMix] = share;
  }
  return mix;
}

/** A plan of faults. */
export function faultsOf(value: unknown): FaultPlan {
  const { rules = [], callbacks = {} } = fieldsOf(value);
  if (!Array.isArray(rules)) throw new ControlInputError('rules must be a list');
  return { rules: rules.map(ruleOf), callbacks: fieldsOf(callbacks) };
}

function ruleOf(value: unknown): FaultPlan['rules'][number] {
  const fields = fieldsOf(value);
  const kind = faultKinds.find((known) => known === fields.kind);
  if (!kind) throw new ControlInputError(`kind must be one of ${faultKinds.join(', ')}`);
  return {
    kind,
    ...(fields.route === undefined ? {} : { route: text(fields, 'route') }),
    ...(fields.times === undefined ? {} : { times: integer(fields, 'times') }),
    ...(fields.delayMs === undefined ? {} : { delayMs: integer(fields, 'delayMs') }),
  };
}
