import { InvariantError } from '@libs/foundation';
import type { KnownAttribute } from '../attributes/known-attributes';
import { storedForm } from '../attributes/typed-value';
import { daysOfSpan, type InstantRange, rangeOfDate, rangeOfSpan } from './date-range';
import type { AttributeRule, Comparison, DaySpan, Operand } from './rules';
import { oppositeIn, type Place, type Statement, settled } from './statement';

/** The comparison of which another one is the opposite. */
export const opposites: Partial<Record<Comparison, Comparison>> = {
  notEquals: 'equals',
  notContains: 'contains',
  notIn: 'in',
  isNotSet: 'isSet',
};

/** Where a value is, as jsonb and as text. */
interface Cell {
  json: string;
  text: string;
}

const jsonTypes = {
  STRING: ['string'],
  NUMBER: ['number'],
  BOOLEAN: ['boolean'],
  DATE: ['string'],
  ARRAY: ['array', 'object'],
};
const textOfAnother = /^([-\d[{]|(true|false)$)/;
const dateShape = `'^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?$'`;

/** A condition on people or, for an attribute of devices, on any of a person's devices. It may be NULL, which means no. */
export function compileAttribute(
  statement: Statement,
  rule: AttributeRule,
  { attribute, place }: { attribute: KnownAttribute; place: Place },
): string {
  const opposite = opposites[rule.is];
  if (opposite) {
    const positive = { ...rule, is: opposite };
    return oppositeIn(place, (to) => compileAttribute(statement, positive, { attribute, place: to }));
  }
  const compile = attribute.column === undefined ? compileStored : compileColumn;
  if (attribute.target === 'PROFILE') return settled(place, compile(statement, rule, attribute, 'p'));
  const filter = compile(statement, rule, attribute, 'd');
  return statement.having({ table: 'device', alias: 'd', filter, place });
}

function compileColumn(
  statement: Statement,
  { is, value }: AttributeRule,
  { column, type }: KnownAttribute,
  table: string,
): string {
  const cell = `${table}.${column}`;
  if (is === 'isSet') return `${cell} IS NOT NULL`;
  if (type === 'DATE') return inInstants(statement, cell, rangeOf(statement, is, value));
  return compareTexts(statement, cell, { is, value });
}

function compileStored(
  statement: Statement,
  { name, is, value }: AttributeRule,
  { type }: KnownAttribute,
  table: string,
): string {
  const key = statement.value(name, 'text');
  const cell = { json: `(${table}.attributes -> ${key})`, text: `(${table}.attributes ->> ${key})` };
  const json = (each: unknown): string => statement.value(JSON.stringify(each), 'jsonb');
  if (is === 'isSet') return `${hasType(cell, jsonTypes[type])}${type === 'DATE' ? ` AND ${hasDateShape(cell)}` : ''}`;
  if (type === 'DATE') return compileDate(statement, cell, { is, value });
  if (type === 'ARRAY') return `${cell.json} @> ${json([value])}`;
  // The comparison comes first: most people fail it, and then nothing else is looked at.
  if (type === 'STRING') {
    const compared = compareTexts(statement, cell.text, { is, value });
    return isOfStringsAlone(is, value) ? compared : `${compared} AND ${hasType(cell, ['string'])}`;
  }
  if (is === 'equals') return `${cell.json} = ${json(value)}`;
  if (is === 'in')
    return `${cell.json} = ANY(${statement.value(
      listOf(value).map((each) => JSON.stringify(each)),
      'jsonb[]',
    )})`;
  return `${compareNumber(cell, is, { value, json })} AND ${hasType(cell, ['number'])}`;
}

/** Whether nothing but a string can be equal: numbers, truths, lists and objects have other texts than these. */
function isOfStringsAlone(is: Comparison, value: Operand | undefined): boolean {
  return (is === 'equals' || is === 'in') && listOf(value).every((each) => !textOfAnother.test(String(each)));
}

function compareTexts(statement: Statement, cell: string, { is, value }: Pick<AttributeRule, 'is' | 'value'>): string {
  if (is === 'in') return `${cell} = ANY(${statement.value(value, 'text[]')})`;
  if (is === 'contains') return `${cell} LIKE ${statement.value(`%${literally(String(value))}%`, 'text')}`;
  const text = statement.value(value, 'text');
  if (is === 'equals') return `${cell} = ${text}`;
  if (is === 'startsWith') return `starts_with(${cell}, ${text})`;
  throw new InvariantError(`A text cannot be compared by ${is}`);
}

/** A text as a pattern of LIKE that means just it. */
function literally(text: string): string {
  return text.replaceAll(/[\\%_]/g, '\\$&');
}

/** Numbers compare as jsonb: nothing is cast, so nothing that is stored can break the statement. */
function compareNumber(
  cell: Cell,
  is: Comparison,
  { value, json }: { value: Operand | undefined; json: (each: unknown) => string },
): string {
  if (is === 'greater') return `${cell.json} > ${json(value)}`;
  if (is === 'less') return `${cell.json} < ${json(value)}`;
  const [from, to] = listOf(value);
  if (is === 'between') return `${cell.json} >= ${json(from)} AND ${cell.json} <= ${json(to)}`;
  throw new InvariantError(`A number cannot be compared by ${is}`);
}

/** Stored dates sort as texts, byte by byte. */
function compileDate(statement: Statement, cell: Cell, { is, value }: Pick<AttributeRule, 'is' | 'value'>): string {
  const text = `${cell.text} COLLATE "C"`;
  const guard = `${hasType(cell, ['string'])} AND ${hasDateShape(cell)}`;
  const instants = inTexts(statement, text, rangeOf(statement, is, value));
  if (!isSpan(value) || !value.calendar) return `${instants} AND ${guard}`;
  // A date without a time is that day everywhere: it is compared with days of the project, not with their instants.
  const days = daysOfSpan(value, is === 'withinPast' ? 'past' : 'future', statement.moment);
  const ofDay = `${text} >= ${statement.value(days.from, 'text')} AND ${text} < ${statement.value(days.before, 'text')}`;
  return `${guard} AND CASE WHEN length(${cell.text}) = 10 THEN ${ofDay} ELSE ${instants} END`;
}

function rangeOf({ moment }: Statement, is: Comparison, value: Operand | undefined): InstantRange {
  if (isSpan(value)) return rangeOfSpan(value, is === 'withinPast' ? 'past' : 'future', moment);
  const [first, last = first] = listOf(value).map((each) => rangeOfDate(String(each)));
  if (!first || !last) throw new InvariantError(`A date cannot be compared by ${is} without a value`);
  if (is === 'greater') return { from: first.before, before: null };
  if (is === 'less') return { from: null, before: first.from };
  return { from: first.from, before: last.before };
}

function inTexts(statement: Statement, cell: string, { from, before }: InstantRange): string {
  const parts = [
    ...(from ? [`${cell} >= ${statement.value(storedForm(from), 'text')}`] : []),
    ...(before ? [`${cell} < ${statement.value(storedForm(before), 'text')}`] : []),
  ];
  return parts.join(' AND ');
}

/** The condition that an instant is in a range. */
export function inInstants(statement: Statement, cell: string, { from, before }: InstantRange): string {
  const parts = [
    ...(from ? [`${cell} >= ${statement.value(from, 'timestamptz')}`] : []),
    ...(before ? [`${cell} < ${statement.value(before, 'timestamptz')}`] : []),
  ];
  return parts.join(' AND ');
}

function hasType({ json }: Cell, types: string[]): string {
  return types.length === 1
    ? `jsonb_typeof(${json}) = '${types[0]}'`
    : `jsonb_typeof(${json}) IN (${types.map((type) => `'${type}'`).join(', ')})`;
}

function hasDateShape({ text }: Cell): string {
  return `${text} ~ ${dateShape}`;
}

function isSpan(value: Operand | undefined): value is DaySpan {
  return typeof value === 'object' && 'days' in value;
}

function listOf(value: Operand | undefined): (string | number)[] {
  if (Array.isArray(value)) return value;
  return typeof value === 'string' || typeof value === 'number' ? [value] : [];
}
