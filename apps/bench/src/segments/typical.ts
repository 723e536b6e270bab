/** A segment as a marketer builds it, and the condition that one would write by hand for it over `profile p`. */
export interface TypicalSegment {
  name: string;
  rules: object[];
  sql: string;
}

const attribute = (name: string, is: string, value?: unknown): object => ({ kind: 'attribute', name, is, value });
const events = (filter: string): string =>
  `SELECT b.profile_id FROM behaviour b WHERE b.project_id = $1 AND b.kind = 'EVENT' AND ${filter}`;
const devices = (filter: string): string => `EXISTS (SELECT FROM device d WHERE d.profile_id = p.id AND ${filter})`;

/** Twelve that use every kind of rule. */
export const typicalSegments: TypicalSegment[] = [
  { name: 'country', rules: [attribute('country', 'equals', 'GB')], sql: `p.country = 'GB'` },
  { name: 'text equals', rules: [attribute('tier', 'equals', 'gold')], sql: `p.attributes ->> 'tier' = 'gold'` },
  {
    name: 'text in a list',
    rules: [attribute('city', 'in', ['London', 'Leeds', 'Cardiff'])],
    sql: `p.attributes ->> 'city' IN ('London', 'Leeds', 'Cardiff')`,
  },
  {
    name: 'text contains',
    rules: [attribute('affiliate', 'contains', '-42')],
    sql: `p.attributes ->> 'affiliate' LIKE '%-42%'`,
  },
  {
    name: 'number greater',
    rules: [attribute('balance', 'greater', 500)],
    sql: `(p.attributes ->> 'balance')::numeric > 500`,
  },
  {
    name: 'number between, not verified',
    rules: [attribute('churn_score', 'between', [40, 60]), attribute('verified', 'notEquals', true)],
    sql: `(p.attributes ->> 'churn_score')::numeric BETWEEN 40 AND 60 AND (p.attributes ->> 'verified')::boolean IS NOT TRUE`,
  },
  {
    name: 'date in the last 90 days',
    rules: [attribute('last_deposit', 'withinPast', { days: 90 })],
    sql: `(p.attributes ->> 'last_deposit')::timestamptz BETWEEN now() - interval '90 days' AND now()`,
  },
  {
    name: 'list contains',
    rules: [attribute('games', 'contains', 'poker')],
    sql: `p.attributes -> 'games' @> '["poker"]'`,
  },
  {
    name: 'any of three',
    rules: [
      {
        any: [
          attribute('vip', 'equals', true),
          attribute('tier', 'equals', 'platinum'),
          attribute('lifetime_value', 'greater', 9_000),
        ],
      },
    ],
    sql: `((p.attributes ->> 'vip')::boolean OR p.attributes ->> 'tier' = 'platinum' OR (p.attributes ->> 'lifetime_value')::numeric > 9000)`,
  },
  {
    name: 'push, on iOS',
    rules: [
      { kind: 'subscription', medium: 'MOBILE_PUSH', value: 'SUBSCRIBED' },
      { kind: 'platform', is: 'in', value: ['IOS'] },
    ],
    sql: `${devices(`d.platform <> 'WEB' AND d.push_subscription = 'SUBSCRIBED'`)} AND ${devices(`d.platform = 'IOS'`)}`,
  },
  {
    name: 'two deposits in 30 days',
    rules: [{ kind: 'event', name: 'deposit', hits: { is: 'more', value: 1 }, within: { days: 30 } }],
    sql: `p.id IN (${events(`b.name = 'deposit' AND b.occurred_at BETWEEN now() - interval '30 days' AND now()`)} GROUP BY 1 HAVING count(*) > 1)`,
  },
  {
    name: 'lapsed: logged in, no deposit, e-mail',
    rules: [
      { kind: 'event', name: 'login', within: { days: 60 } },
      { none: [{ kind: 'event', name: 'deposit' }] },
      { kind: 'subscription', medium: 'EMAIL', value: 'SUBSCRIBED' },
      { kind: 'addressable', medium: 'EMAIL', value: true },
    ],
    sql: `p.id IN (${events(`b.name = 'login' AND b.occurred_at > now() - interval '60 days'`)})
      AND NOT EXISTS (SELECT FROM behaviour b WHERE b.profile_id = p.id AND b.project_id = $1 AND b.kind = 'EVENT' AND b.name = 'deposit')
      AND p.email_subscription = 'SUBSCRIBED' AND p.email IS NOT NULL AND p.is_email_addressable`,
  },
];
