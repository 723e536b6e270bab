import { isUuid } from '@libs/foundation';
import type { KnownAttributes } from '../attributes/known-attributes';
import { subscriptions } from '../subscription';
import { Faults, type Fields, isFields, type RuleFault } from './faults';
import { readAttributeRule } from './read-attribute-rule';
import { readHits, readSpan, readWithin } from './read-window';
import {
  addressMedia,
  type Condition,
  campaignDeeds,
  type RuleNode,
  ruleLimits,
  ruleMedia,
  type SegmentRules,
} from './rules';

/** Rules that can be evaluated, or everything that is wrong with them. */
export type ReadRules = { rules: SegmentRules; faults: [] } | { rules: null; faults: RuleFault[] };

interface Reading {
  faults: Faults;
  known: KnownAttributes;
  conditions: number;
  joins: number;
  deepest: number;
}

type Reader = (fields: Fields, path: string, reading: Reading) => Condition | undefined;

const joins = ['all', 'any', 'none'] as const;

/** Reads rules as text; longer ones than 262,144 characters are refused before anything is parsed. */
export function parseRules(text: string, known: KnownAttributes): ReadRules {
  if (text.length > ruleLimits.characters) {
    return refuse(`must have at most ${ruleLimits.characters} characters; it has ${text.length}`);
  }
  try {
    return readRules(JSON.parse(text) as unknown, known);
  } catch (error) {
    return refuse(`is not JSON: ${error instanceof Error ? error.message : ''}`);
  }
}

/**
 * Checks a tree against the attributes of the project; dates come back in the form in which values are stored.
 * @param isInlined for rules in which segments stand in the place of references: only then groups may be deeper.
 */
export function readRules(value: unknown, known: KnownAttributes, { isInlined } = { isInlined: false }): ReadRules {
  if (!isFields(value)) return refuse('must be an object with match and rules');
  const deepest = isInlined ? ruleLimits.inlinedDepth : ruleLimits.depth;
  const reading: Reading = { faults: new Faults(), known, conditions: 0, joins: 0, deepest };
  const { faults } = reading;
  faults.onlyKnown(value, ['match', 'rules'], '');
  const match = value.match === undefined ? 'all' : faults.oneOf(value.match, ['all', 'any'] as const, 'match');
  const rules = readList(value.rules, 'rules', 1, reading);
  if (reading.conditions > ruleLimits.conditions) {
    faults.add('rules', `has ${reading.conditions} conditions; at most ${ruleLimits.conditions} are possible`);
  }
  if (reading.joins > ruleLimits.joins) {
    faults.add('rules', `asks ${reading.joins} times beyond the profile; at most ${ruleLimits.joins} are possible`);
  }
  if (faults.found.length > 0 || !match) return { rules: null, faults: faults.found };
  return { rules: { match, rules }, faults: [] };
}

function refuse(message: string): ReadRules {
  return { rules: null, faults: [{ path: '', message }] };
}

function readList(value: unknown, path: string, depth: number, reading: Reading): RuleNode[] {
  const { faults } = reading;
  if (!Array.isArray(value) || value.length === 0) {
    faults.add(path, 'must be a list with at least one rule');
    return [];
  }
  if (depth > reading.deepest) {
    faults.add(path, `is nested deeper than ${reading.deepest} groups`);
    return [];
  }
  return value.flatMap((each, index) => readNode(each, { path: `${path}[${index}]`, depth }, reading) ?? []);
}

function readNode(
  value: unknown,
  { path, depth }: { path: string; depth: number },
  reading: Reading,
): RuleNode | undefined {
  const { faults, known } = reading;
  if (!isFields(value)) return faults.add(path, 'must be a rule or a group: an object');
  const [join, ...more] = joins.filter((word) => word in value);
  if (join && more.length === 0 && !('kind' in value)) {
    faults.onlyKnown(value, [join], path);
    const members = readList(value[join], `${path}.${join}`, depth + 1, reading);
    if (join === 'all') return { all: members };
    return join === 'any' ? { any: members } : { none: members };
  }
  reading.conditions += 1;
  const kind = faults.oneOf(value.kind, Object.keys(readers), `${path}.kind`);
  if (kind !== 'attribute' || known.get(String(value.name))?.target === 'DEVICE') reading.joins += 1;
  return kind === undefined ? undefined : readers[kind]?.(value, path, reading);
}

const readers: Record<string, Reader> = {
  attribute: (fields, path, { faults, known }) => readAttributeRule(fields, path, { faults, known }),
  event: (fields, path, reading) => readBehaviour('event', fields, path, reading),
  tag: (fields, path, reading) => readBehaviour('tag', fields, path, reading),
  subscription: (fields, path, { faults }) => {
    faults.onlyKnown(fields, ['kind', 'medium', 'value'], path);
    const medium = faults.oneOf(fields.medium, ruleMedia, `${path}.medium`);
    const value = faults.oneOf(fields.value, subscriptions, `${path}.value`);
    return medium && value && { kind: 'subscription', medium, value };
  },
  addressable: (fields, path, { faults }) => {
    faults.onlyKnown(fields, ['kind', 'medium', 'value'], path);
    const medium = faults.oneOf(fields.medium, addressMedia, `${path}.medium`);
    if (typeof fields.value !== 'boolean') return faults.add(`${path}.value`, 'must be true or false');
    return medium && { kind: 'addressable', medium, value: fields.value };
  },
  app: (fields, path, reading) => readDevice('app', fields, path, reading),
  platform: (fields, path, reading) => readDevice('platform', fields, path, reading),
  segment: (fields, path, { faults }) => {
    faults.onlyKnown(fields, ['kind', 'is', 'value'], path);
    const is = faults.oneOf(fields.is, ['in', 'notIn'] as const, `${path}.is`);
    const value = readId(fields.value, `${path}.value`, faults);
    return is && value !== undefined ? { kind: 'segment', is, value } : undefined;
  },
  campaign: (fields, path, { faults }) => {
    faults.onlyKnown(fields, ['kind', 'value', 'is', 'deed', 'within'], path);
    const value = readId(fields.value, `${path}.value`, faults);
    const is = faults.oneOf(fields.is, ['did', 'didNot'] as const, `${path}.is`);
    const deed = faults.oneOf(fields.deed, campaignDeeds, `${path}.deed`);
    const within = fields.within === undefined ? undefined : readSpan(fields.within, `${path}.within`, faults);
    if (value === undefined || !is || !deed) return undefined;
    return { kind: 'campaign', value, is, deed, ...(within ? { within } : {}) };
  },
};

function readBehaviour(
  kind: 'event' | 'tag',
  fields: Fields,
  path: string,
  { faults }: Reading,
): Condition | undefined {
  faults.onlyKnown(fields, ['kind', 'name', 'hits', 'within'], path);
  const name = faults.text(fields.name, `${path}.name`, 100);
  const hits = fields.hits === undefined ? undefined : readHits(fields.hits, `${path}.hits`, faults);
  const within = fields.within === undefined ? undefined : readWithin(fields.within, `${path}.within`, faults);
  return name === undefined ? undefined : { kind, name, ...(hits ? { hits } : {}), ...(within ? { within } : {}) };
}

function readDevice(
  kind: 'app' | 'platform',
  fields: Fields,
  path: string,
  { faults }: Reading,
): Condition | undefined {
  faults.onlyKnown(fields, ['kind', 'is', 'value'], path);
  const is = faults.oneOf(fields.is, ['in', 'notIn'] as const, `${path}.is`);
  if (!Array.isArray(fields.value) || fields.value.length === 0 || fields.value.length > ruleLimits.list) {
    return faults.add(`${path}.value`, `must be a list of 1 to ${ruleLimits.list} values`);
  }
  const value = fields.value.flatMap((each: unknown, index) => {
    const at = `${path}.value[${index}]`;
    return (kind === 'app' ? readId(each, at, faults) : faults.oneOf(each, ['ANDROID', 'IOS', 'WEB'], at)) ?? [];
  });
  return is && { kind, is, value };
}

function readId(value: unknown, path: string, faults: Faults): string | undefined {
  return typeof value === 'string' && isUuid(value) ? value : faults.add(path, 'must be an id');
}
