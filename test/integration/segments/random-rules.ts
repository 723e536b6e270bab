import type { Random } from './random';
import { apps, campaigns, definitions, instant, storedDate, texts, textsOfOthers } from './world';

type Rule = Record<string, unknown>;

const media = ['EMAIL', 'SMS', 'MOBILE_PUSH', 'WEB_PUSH'];
const deepest = 4;

/** A tree of rules at random, three groups deep at most; it names some of these saved segments. */
export function someRules(random: Random, segmentIds: string[] = []): Rule {
  const tree = { match: random.pick(['all', 'any']), rules: members(random, 1) };
  if (segmentIds.length === 0 || random.chance(0.7)) return tree;
  const segment = { kind: 'segment', is: random.pick(['in', 'notIn']), value: random.pick(segmentIds) };
  return { ...tree, rules: [...tree.rules, random.chance(0.5) ? segment : { none: [segment, condition(random)] }] };
}

function members(random: Random, depth: number): Rule[] {
  return Array.from({ length: random.int(1, 3) }, () =>
    depth < deepest && random.chance(0.35)
      ? { [random.pick(['all', 'any', 'none'])]: members(random, depth + 1) }
      : condition(random),
  );
}

function condition(random: Random): Rule {
  if (random.chance(0.55)) return attribute(random);
  return random.pick([behaviour, behaviour, subscription, addressable, app, platform, campaign])(random);
}

function attribute(random: Random): Rule {
  const system = [
    { name: 'country', type: 'STRING', values: ['GB', 'DE', 'FR'] },
    { name: 'email', type: 'STRING', values: ['u1@example.com', 'example'] },
    { name: 'created_at', type: 'DATE', values: [] },
    { name: 'device_language', type: 'STRING', values: ['en', 'pt', 'fr'] },
    { name: 'device_country', type: 'STRING', values: ['GB', 'DE', 'FR'] },
    { name: 'device_browser', type: 'STRING', values: ['CHROME', 'SAFARI'] },
    { name: 'device_last_seen', type: 'DATE', values: [] },
  ];
  const {
    name,
    type,
    values = [...texts, ...textsOfOthers],
  } = random.pick<{ name: string; type: string; values?: string[] }>([...definitions, ...definitions, ...system]);
  const kind = 'attribute';
  if (random.chance(0.15)) return { kind, name, is: random.pick(['isSet', 'isNotSet']) };
  switch (type) {
    case 'STRING': {
      const is = random.pick(['equals', 'notEquals', 'contains', 'notContains', 'startsWith', 'in', 'notIn']);
      return {
        kind,
        name,
        is,
        value: is.toLowerCase().endsWith('in') && !is.includes('ontain') ? some(random, values) : random.pick(values),
      };
    }
    case 'NUMBER': {
      const is = random.pick(['equals', 'notEquals', 'greater', 'less', 'between', 'in', 'notIn']);
      const numbers = [-1, 0, 1, 2.5, 9.99, 10, 1e9];
      if (is === 'between')
        return { kind, name, is, value: [random.pick(numbers), random.pick(numbers)].sort((a, b) => a - b) };
      return { kind, name, is, value: is === 'in' || is === 'notIn' ? some(random, numbers) : random.pick(numbers) };
    }
    case 'BOOLEAN':
      return { kind, name, is: random.pick(['equals', 'notEquals']), value: random.chance(0.5) };
    case 'ARRAY':
      return {
        kind,
        name,
        is: random.pick(['contains', 'notContains']),
        value: random.pick(['slots', 'poker', 7, true]),
      };
    default:
      return { kind, name, ...date(random) };
  }
}

function date(random: Random): Rule {
  const is = random.pick(['equals', 'notEquals', 'greater', 'less', 'between', 'withinPast', 'withinFuture']);
  if (is.startsWith('within')) return { is, value: span(random) };
  return { is, value: is === 'between' ? [storedDate(random), storedDate(random)].sort() : storedDate(random) };
}

function span(random: Random): Rule {
  return { days: random.pick([0, 1, 3, 7]), ...(random.chance(0.5) ? { calendar: true } : {}) };
}

function behaviour(random: Random): Rule {
  const hits = { is: random.pick(['more', 'equals', 'less']), value: random.int(1, 3) };
  const [from, to] = [instant(random), instant(random)].sort((a, b) => a.getTime() - b.getTime());
  const window = from && to && from < to ? { from: from.toISOString(), to: to.toISOString() } : span(random);
  return {
    kind: random.pick(['event', 'tag']),
    name: random.pick(['deposit', 'visit', 'never']),
    ...(random.chance(0.6) ? { hits: random.chance(0.2) ? { is: 'equals', value: 0 } : hits } : {}),
    ...(random.chance(0.6) ? { within: random.chance(0.5) ? window : span(random) } : {}),
  };
}

function subscription(random: Random): Rule {
  const value = random.pick(['SUBSCRIBED', 'UNSUBSCRIBED', 'NOT_SET']);
  return { kind: 'subscription', medium: random.pick(media), value };
}

function addressable(random: Random): Rule {
  return { kind: 'addressable', medium: random.pick([...media, 'INBOX', 'IN_APP']), value: random.chance(0.5) };
}

function app(random: Random): Rule {
  return { kind: 'app', is: random.pick(['in', 'notIn']), value: some(random, apps) };
}

function platform(random: Random): Rule {
  return { kind: 'platform', is: random.pick(['in', 'notIn']), value: some(random, ['ANDROID', 'IOS', 'WEB']) };
}

function campaign(random: Random): Rule {
  return {
    kind: 'campaign',
    value: random.pick(campaigns),
    is: random.pick(['did', 'didNot']),
    deed: random.pick(['OPENED', 'CLICKED', 'DISMISSED']),
    ...(random.chance(0.5) ? { within: span(random) } : {}),
  };
}

function some<T>(random: Random, choices: readonly T[]): T[] {
  return Array.from({ length: random.int(1, 3) }, () => random.pick(choices));
}
