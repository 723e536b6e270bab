import { InvariantError } from '@libs/foundation';
import type { KnownAttributes } from '../attributes/known-attributes';
import { compileAttribute, inInstants } from './compile-attribute';
import { type Moment, rangeOfSpan, rangeOfWithin } from './date-range';
import {
  type BehaviourRule,
  type CampaignRule,
  type Condition,
  type DeviceRule,
  isCondition,
  membersOf,
  type RuleMedium,
  type RuleNode,
  type SegmentRules,
} from './rules';
import { type Scope, Statement } from './statement';

/** Rules as parts of a statement over `profile p`. */
export interface CompiledRules {
  /** LEFT JOINs, at most one row per person each. */
  joins: string;
  /** The people of the scope to whom the rules apply; never NULL. */
  condition: string;
  /** $1 is the project. */
  parameters: unknown[];
}

/** What a compilation needs beside the rules. */
export interface CompileContext {
  projectId: string;
  known: KnownAttributes;
  moment: Moment;
  scope: Scope;
}

/** Compiles rules without references to other segments, which {@link inlineSegments} has put in their place. */
export function compileRules({ match, rules }: SegmentRules, context: CompileContext): CompiledRules {
  const statement = new Statement(context.projectId, context.moment, context.scope);
  const condition = compileNode(statement, match === 'all' ? { all: rules } : { any: rules }, context.known);
  return {
    joins: statement.joins.join(' '),
    condition: `${statement.within('p', 'id')} AND (${condition}) IS TRUE`,
    parameters: statement.parameters,
  };
}

function compileNode(statement: Statement, node: RuleNode, known: KnownAttributes): string {
  if (isCondition(node)) return `(${compileCondition(statement, node, known)})`;
  const { join, rules } = membersOf(node);
  const parts = rules.map((each) => compileNode(statement, each, known));
  if (join === 'none') return `(${parts.join(' OR ')}) IS NOT TRUE`;
  return `(${parts.join(join === 'all' ? ' AND ' : ' OR ')})`;
}

function compileCondition(statement: Statement, rule: Condition, known: KnownAttributes): string {
  switch (rule.kind) {
    case 'attribute': {
      const attribute = known.get(rule.name);
      if (!attribute) throw new InvariantError(`The attribute ${rule.name} is not known`);
      return compileAttribute(statement, rule, attribute);
    }
    case 'event':
    case 'tag':
      return compileBehaviour(statement, rule);
    case 'subscription':
      return onMedium(statement, rule.medium, (column) => `${column} = ${statement.value(rule.value, 'text')}`);
    case 'addressable': {
      const condition = addressable(statement, rule.medium);
      return rule.value ? condition : `(${condition}) IS NOT TRUE`;
    }
    case 'app':
    case 'platform':
      return compileDevice(statement, rule);
    case 'campaign':
      return compileCampaign(statement, rule);
    case 'segment':
      throw new InvariantError(`The segment ${rule.value} was not put in its place`);
  }
}

function compileBehaviour(statement: Statement, { kind, name, hits, within }: BehaviourRule): string {
  const window = within ? inInstants(statement, 'b.occurred_at', rangeOfWithin(within, statement.moment)) : '';
  const counted = statement.join(
    `SELECT b.profile_id, count(*) AS hits FROM behaviour b WHERE ${statement.within('b', 'profile_id')}
       AND b.kind = ${statement.value(kind.toUpperCase(), 'text')} AND b.name = ${statement.value(name, 'text')}
       ${window ? `AND ${window}` : ''} GROUP BY b.profile_id`,
  );
  const { is, value } = hits ?? { is: 'more', value: 0 };
  const count = statement.value(value, 'bigint');
  if (is === 'more') return `${counted}.hits > ${count}`;
  if (is === 'less') return `coalesce(${counted}.hits, 0) < ${count}`;
  return value === 0 ? `coalesce(${counted}.hits, 0) = ${count}` : `${counted}.hits = ${count}`;
}

function compileCampaign(statement: Statement, { value, is, deed, within }: CampaignRule): string {
  const window = within ? inInstants(statement, 'c.last_at', rangeOfSpan(within, 'past', statement.moment)) : '';
  const did = statement.join(
    `SELECT DISTINCT c.profile_id FROM campaign_deed c WHERE ${statement.within('c', 'profile_id')}
       AND c.campaign_id = ${statement.value(value, 'uuid')} AND c.deed = ${statement.value(deed, 'text')}
       ${window ? `AND ${window}` : ''}`,
  );
  return `${did}.profile_id IS ${is === 'did' ? 'NOT NULL' : 'NULL'}`;
}

function compileDevice(statement: Statement, { kind, is, value }: DeviceRule): string {
  const values = statement.value(value, kind === 'app' ? 'uuid[]' : 'text[]');
  const having = deviceWith(statement, `d.${kind === 'app' ? 'app_id' : 'platform'} = ANY(${values})`);
  return is === 'in' ? having : `(${having}) IS NOT TRUE`;
}

function deviceWith(statement: Statement, condition: string): string {
  const people = `SELECT DISTINCT d.profile_id FROM device d WHERE ${statement.within('d', 'profile_id')} AND ${condition}`;
  return `${statement.join(people)}.profile_id IS NOT NULL`;
}

const ofMobile = `d.platform <> 'WEB'`;
const ofWeb = `d.platform = 'WEB'`;

function onMedium(statement: Statement, medium: RuleMedium, compare: (column: string) => string): string {
  if (medium === 'EMAIL') return compare('p.email_subscription');
  if (medium === 'SMS') return compare('p.sms_subscription');
  return deviceWith(statement, `${medium === 'WEB_PUSH' ? ofWeb : ofMobile} AND ${compare('d.push_subscription')}`);
}

function addressable(statement: Statement, medium: RuleMedium): string {
  return medium === 'EMAIL' || medium === 'SMS' ? addressOf[medium] : deviceWith(statement, addressOf[medium]);
}

/** There is an address, and nobody called it dead: on the profile for e-mail and SMS, on a device for push. */
export const addressOf: Record<RuleMedium, string> = {
  EMAIL: 'p.email IS NOT NULL AND p.is_email_addressable',
  SMS: 'p.mobile_number IS NOT NULL AND p.is_mobile_number_addressable',
  MOBILE_PUSH: `${ofMobile} AND d.token IS NOT NULL AND d.is_addressable`,
  WEB_PUSH: `${ofWeb} AND d.web_push_keys IS NOT NULL AND d.is_addressable`,
};
