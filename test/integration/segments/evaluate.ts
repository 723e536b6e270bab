import { now, type TestDevice, type TestPerson, zone } from './world';

type Rule = Record<string, unknown>;

const day = 86_400_000;
const types: Record<string, string> = {
  level: 'STRING',
  score: 'NUMBER',
  birthday: 'DATE',
  vip: 'BOOLEAN',
  games: 'ARRAY',
  theme: 'STRING',
  battery: 'NUMBER',
};

/** Whether rules apply to a person: one rule and one person at a time, written to be read. */
export function applies(rule: Rule, person: TestPerson): boolean {
  if ('rules' in rule) return applies({ [rule.match as string]: rule.rules }, person);
  if ('all' in rule) return (rule.all as Rule[]).every((each) => applies(each, person));
  if ('any' in rule) return (rule.any as Rule[]).some((each) => applies(each, person));
  if ('none' in rule) return !(rule.none as Rule[]).some((each) => applies(each, person));
  return kinds[rule.kind as string]?.(rule, person) ?? false;
}

/** Rules of saved segments by id. */
export const savedSegments = new Map<string, Rule>();

const kinds: Record<string, (rule: Rule, person: TestPerson) => boolean> = {
  segment: ({ is, value }, person) => {
    const rules = savedSegments.get(value as string);
    if (!rules) throw new Error(`Segment ${String(value)} was not saved`);
    return applies(rules, person) === (is === 'in');
  },
  attribute: attribute,
  event: (rule, person) => counted(rule, person, 'EVENT'),
  tag: (rule, person) => counted(rule, person, 'TAG'),
  subscription: ({ medium, value }, person) => {
    if (medium === 'EMAIL') return person.emailSubscription === value;
    if (medium === 'SMS') return person.smsSubscription === value;
    return pushDevices(person, medium).some((device) => device.pushSubscription === value);
  },
  addressable: ({ medium, value }, person) => {
    if (medium === 'INBOX' || medium === 'IN_APP') return person.devices.length > 0 === value;
    const isAddressable =
      medium === 'EMAIL'
        ? person.email !== null && person.isEmailAddressable
        : medium === 'SMS'
          ? person.mobileNumber !== null && person.isMobileNumberAddressable
          : pushDevices(person, medium).some((device) => device.token !== null && device.isAddressable);
    return isAddressable === value;
  },
  app: ({ is, value }, { devices }) =>
    devices.some(({ appId }) => (value as string[]).includes(appId)) === (is === 'in'),
  platform: ({ is, value }, { devices }) =>
    devices.some(({ platform }) => (value as string[]).includes(platform)) === (is === 'in'),
  campaign: ({ is, value, deed, within }, { deeds }) => {
    const times = deeds.filter((each) => each.campaignId === value && each.deed === deed).map(({ at }) => at.getTime());
    // Only the last time is kept.
    const last = times.length === 0 ? null : Math.max(...times);
    const did = last !== null && (within === undefined || inSpan(new Date(last), within as Span, 'past'));
    return did === (is === 'did');
  },
};

function pushDevices({ devices }: TestPerson, medium: unknown): TestDevice[] {
  return devices.filter(({ platform }) => (platform === 'WEB') === (medium === 'WEB_PUSH'));
}

function counted({ name, hits, within }: Rule, { behaviour }: TestPerson, kind: string): boolean {
  const times = behaviour.filter((each) => each.kind === kind && each.name === name).map(({ at }) => at);
  const count = times.filter((at) => within === undefined || inWindow(at, within as Window)).length;
  const { is, value } = (hits as { is: string; value: number } | undefined) ?? { is: 'more', value: 0 };
  if (is === 'more') return count > value;
  return is === 'less' ? count < value : count === value;
}

interface Span {
  days: number;
  calendar?: boolean;
}

type Window = Span | { from?: string; to?: string };

function inWindow(at: Date, window: Window): boolean {
  if ('days' in window) return inSpan(at, window, 'past');
  if (window.from && at < new Date(window.from)) return false;
  return !(window.to && at >= new Date(window.to));
}

function inSpan(at: Date, { days, calendar }: Span, towards: 'past' | 'future'): boolean {
  if (calendar) return isNearDay(localDay(at), days, towards);
  const distance = (towards === 'past' ? 1 : -1) * (now.getTime() - at.getTime());
  return distance >= 0 && distance <= days * day;
}

/** Counts whole days by walking the calendar. */
function isNearDay(date: string, days: number, towards: 'past' | 'future'): boolean {
  const today = Date.parse(`${localDay(now)}T00:00:00Z`);
  for (let step = 0; step <= days; step += 1) {
    const walked = new Date(today + (towards === 'past' ? -1 : 1) * step * day).toISOString().slice(0, 10);
    if (walked === date) return true;
  }
  return false;
}

function localDay(at: Date): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const [month, date, year] = parts.format(at).split('/');
  return `${year}-${month}-${date}`;
}

function attribute(rule: Rule, person: TestPerson): boolean {
  const name = String(rule.name);
  const positive: Record<string, string> = {
    notEquals: 'equals',
    notContains: 'contains',
    notIn: 'in',
    isNotSet: 'isSet',
  };
  const opposite = positive[String(rule.is)];
  if (opposite) return !attribute({ ...rule, is: opposite }, person);
  if (name === 'created_at') return date(person.createdAt, null, rule);
  if (name === 'country' || name === 'language' || name === 'email') return compare('STRING', person[name], rule);
  if (name === 'device_last_seen') {
    return person.devices.some(({ lastSeen }) => lastSeen !== null && date(lastSeen, null, rule));
  }
  if (name === 'device_language') return person.devices.some(({ language }) => compare('STRING', language, rule));
  if (name === 'device_browser') return person.devices.some(({ browser }) => compare('STRING', browser, rule));
  if (name === 'device_country') return person.devices.some(({ country }) => compare('STRING', country, rule));
  const type = types[name] ?? '';
  if (name === 'theme' || name === 'battery') {
    return person.devices.some((device) => compare(type, device.attributes[name], rule));
  }
  return compare(type, person.attributes[name], rule);
}

const fits: Record<string, (value: unknown) => boolean> = {
  STRING: (value) => typeof value === 'string',
  NUMBER: (value) => typeof value === 'number',
  BOOLEAN: (value) => typeof value === 'boolean',
  DATE: (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?$/.test(value),
  ARRAY: (value) => typeof value === 'object' && value !== null,
};

function compare(type: string, stored: unknown, rule: Rule): boolean {
  if (!fits[type]?.(stored)) return false;
  const { is, value } = rule;
  if (is === 'isSet') return true;
  if (type === 'DATE') {
    const text = String(stored);
    return date(new Date(text.length === 10 ? `${text}T00:00:00Z` : text), text.length === 10 ? text : null, rule);
  }
  if (type === 'ARRAY') return Array.isArray(stored) && stored.includes(value);
  if (is === 'equals') return stored === value;
  if (is === 'in') return (value as unknown[]).includes(stored);
  if (is === 'contains') return String(stored).includes(String(value));
  if (is === 'startsWith') return String(stored).startsWith(String(value));
  if (is === 'greater') return Number(stored) > Number(value);
  if (is === 'less') return Number(stored) < Number(value);
  const [from, to] = value as [number, number];
  return Number(stored) >= from && Number(stored) <= to;
}

/** A day that a rule names stands for all of it, in UTC; seconds are the smallest unit. */
function date(at: Date, dayOnly: string | null, { is, value }: Rule): boolean {
  if (is === 'isSet') return true;
  if (is === 'withinPast' || is === 'withinFuture') {
    const span = value as Span;
    const towards = is === 'withinPast' ? 'past' : 'future';
    return span.calendar && dayOnly ? isNearDay(dayOnly, span.days, towards) : inSpan(at, span, towards);
  }
  const [first, last = first] = Array.isArray(value) ? value.map(String) : [String(value)];
  const start = Date.parse(String(first).length === 10 ? `${first}T00:00:00Z` : String(first));
  const end = String(last).length === 10 ? Date.parse(`${last}T00:00:00Z`) + day : Date.parse(String(last)) + 1_000;
  if (is === 'greater') return at.getTime() >= (String(first).length === 10 ? start + day : start + 1_000);
  return is === 'less' ? at.getTime() < start : at.getTime() >= start && at.getTime() < end;
}
