import type { AttributeTarget } from '../attribute';
import type { KnownAttributes } from './known-attributes';
import { readAttribute } from './typed-value';

/** Values in the form of their definitions, and those that do not fit theirs. */
export interface TypedValues {
  values: Record<string, unknown>;
  problems: { name: string; reason: string }[];
}

/** Values of attributes that the project has not defined stay as they are; null, which removes a value, too. */
export function typeValues(
  values: Record<string, unknown>,
  known: KnownAttributes,
  target: AttributeTarget,
): TypedValues {
  const typed: TypedValues = { values: {}, problems: [] };
  for (const name of Object.keys(values)) {
    const value = values[name];
    const defined = known.get(name);
    const isTyped = value !== null && defined?.target === target && !defined.column;
    const read = isTyped ? readAttribute(defined.type, value) : { value };
    if (name === '__proto__') typed.problems.push({ name, reason: 'cannot be the name of an attribute' });
    else if ('reason' in read) typed.problems.push({ name, reason: read.reason });
    else typed.values[name] = read.value;
  }
  return typed;
}
