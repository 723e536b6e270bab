import type { AttributeType } from '../attribute';
import type { KnownAttributes } from '../attributes/known-attributes';
import { readAttribute, readDate } from '../attributes/typed-value';
import type { Faults, Fields } from './faults';
import { readSpan } from './read-window';
import { type AttributeRule, type Comparison, type Operand, ruleLimits } from './rules';

const always = ['isSet', 'isNotSet'] as const;

/** What can be asked of which type. */
export const comparisonsOf: Record<AttributeType, readonly Comparison[]> = {
  STRING: ['equals', 'notEquals', 'contains', 'notContains', 'startsWith', 'in', 'notIn', ...always],
  NUMBER: ['equals', 'notEquals', 'greater', 'less', 'between', 'in', 'notIn', ...always],
  DATE: ['equals', 'notEquals', 'greater', 'less', 'between', 'withinPast', 'withinFuture', ...always],
  BOOLEAN: ['equals', 'notEquals', ...always],
  ARRAY: ['contains', 'notContains', ...always],
};

interface Place {
  type: AttributeType;
  path: string;
  faults: Faults;
}

/** Reads a comparison with an attribute of the project. */
export function readAttributeRule(
  fields: Fields,
  path: string,
  { faults, known }: { faults: Faults; known: KnownAttributes },
): AttributeRule | undefined {
  faults.onlyKnown(fields, ['kind', 'name', 'is', 'value'], path);
  const name = faults.text(fields.name, `${path}.name`, 100);
  if (name === undefined) return undefined;
  const attribute = known.get(name);
  if (!attribute)
    return faults.add(`${path}.name`, `No attribute of this project has the name ${name}; define it first`);
  const { type } = attribute;
  const is = faults.oneOf(fields.is, comparisonsOf[type], `${path}.is`);
  if (is === undefined) return undefined;
  if (is === 'isSet' || is === 'isNotSet') {
    return fields.value === undefined
      ? { kind: 'attribute', name, is }
      : faults.add(`${path}.value`, `must be left out with ${is}`);
  }
  const value = readOperand(is, fields.value, { type, path: `${path}.value`, faults });
  return value === undefined ? undefined : { kind: 'attribute', name, is, value };
}

function readOperand(is: Comparison, value: unknown, place: Place): Operand | undefined {
  if (is === 'withinPast' || is === 'withinFuture') return readSpan(value, place.path, place.faults);
  if (is === 'in' || is === 'notIn') return readEach(value, place, { least: 1, most: ruleLimits.list });
  if (is !== 'between') return readSingle(value, place);
  const both = readEach(value, place, { least: 2, most: 2 });
  const [from, to] = both ?? [];
  if (from === undefined || to === undefined) return undefined;
  return from > to ? place.faults.add(place.path, 'must begin with the smaller value') : both;
}

function readEach(
  value: unknown,
  place: Place,
  { least, most }: { least: number; most: number },
): (string | number)[] | undefined {
  const { path, faults } = place;
  if (!Array.isArray(value) || value.length < least || value.length > most) {
    return faults.add(
      path,
      least === most ? `must be a list of ${most} values` : `must be a list of ${least} to ${most} values`,
    );
  }
  const read = value.map((each: unknown, index) => readSingle(each, { ...place, path: `${path}[${index}]` }));
  const found = read.filter((each) => typeof each === 'string' || typeof each === 'number');
  return found.length === read.length ? found : undefined;
}

function readSingle(value: unknown, { type, path, faults }: Place): string | number | boolean | undefined {
  if (type === 'STRING') return faults.text(value, path);
  if (type === 'ARRAY') {
    if (typeof value === 'string') return faults.text(value, path);
    return isPlain(value) ? value : faults.add(path, 'must be a text, a number, true or false');
  }
  if (type === 'DATE') {
    const date = typeof value === 'string' ? readDate(value) : null;
    return date ?? faults.add(path, 'must be a date such as 2026-01-31 or 2026-01-31 18:00:00 +01:00');
  }
  // A tree is JSON: a number in quotes is a slip of the pen, though a file may write it so.
  if (typeof value !== (type === 'NUMBER' ? 'number' : 'boolean')) {
    return faults.add(path, type === 'NUMBER' ? 'must be a number' : 'must be true or false');
  }
  const read = readAttribute(type, value);
  return 'value' in read && isPlain(read.value) ? read.value : faults.add(path, 'must be a finite number');
}

function isPlain(value: unknown): value is number | boolean {
  return typeof value === 'number' || typeof value === 'boolean';
}
