import { InvariantError } from '@libs/foundation';
import type { KnownAttributes } from '../attributes/known-attributes';
import { compileAttribute, inInstants } from './compile-attribute';
import { type Moment, rangeOfSpan, rangeOfWithin } from './date-range';
import {
  type AddressMedium,
  type BehaviourRule,
  type CampaignRule,
  type Condition,
  type DeviceRule,
  isCondition,
  membersOf,
  type RuleNode,
  type SegmentRules,
  type SubscriptionRule,
} from './rules';
import { oppositeIn, type Place, type Scope, Statement, settled } from './statement';

/** Rules as parts of a statement over `profile p`. */
export interface CompiledRules {
  /** LEFT JOINs, at most one row per person each. */
  joins: string;
  /** True for the people of the scope to whom the rules apply. */
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
  const condition = compileNode(statement, match === 'all' ? { all: rules } : { any: rules }, {
    known: context.known,
    place: 'required',
  });
  return {
    joins: statement.joins.join(' '),
    condition: `${statement.within('p', 'id')} AND ${condition}`,
    parameters: statement.parameters,
  };
}

interface Position {
  known: KnownAttributes;
  place: Place;
}

/** Conditions that everybody must meet stand by themselves, so that the planner can join by them; others are one term. */
function compileNode(statement: Statement, node: RuleNode, position: Position): string {
  if (isCondition(node)) return compileCondition(statement, node, position);
  const { join, rules } = membersOf(node);
  const { known, place } = position;
  const each = (to: Place): string[] => rules.map((rule) => compileNode(statement, rule, { known, place: to }));
  if (join === 'all' && place === 'required') return each('required').join(' AND ');
  if (join === 'none' && place === 'required') return each('excluded').join(' AND ');
  if (join === 'any' && place === 'excluded') return each('excluded').join(' AND ');
  if (join === 'none') return settled(place, `(${each('free').join(' OR ')}) IS NOT TRUE`);
  return settled(place, `(${each('free').join(join === 'all' ? ' AND ' : ' OR ')})`);
}

function compileCondition(statement: Statement, rule: Condition, { known, place }: Position): string {
  switch (rule.kind) {
    case 'attribute': {
      const attribute = known.get(rule.name);
      if (!attribute) throw new InvariantError(`The attribute ${rule.name} is not known`);
      return compileAttribute(statement, rule, { attribute, place });
    }
    case 'event':
    case 'tag':
      return compileBehaviour(statement, rule, place);
    case 'subscription':
      return onMedium(statement, rule, place);
    case 'addressable':
      if (rule.value) return addressable(statement, rule.medium, place);
      return oppositeIn(place, (to) => addressable(statement, rule.medium, to));
    case 'app':
    case 'platform':
      return compileDevice(statement, rule, place);
    case 'campaign':
      return compileCampaign(statement, rule, place);
    case 'segment':
      throw new InvariantError(`The segment ${rule.value} was not put in its place`);
  }
}

function compileBehaviour(statement: Statement, { kind, name, hits, within }: BehaviourRule, place: Place): string {
  const window = within ? inInstants(statement, 'b.occurred_at', rangeOfWithin(within, statement.moment)) : '';
  const filter = `b.kind = ${statement.value(kind.toUpperCase(), 'text')} AND b.name = ${statement.value(name, 'text')}
    ${window ? `AND ${window}` : ''}`;
  const { is, value } = hits ?? { is: 'more', value: 0 };
  if (value === 0 && is === 'more') return statement.having({ table: 'behaviour', alias: 'b', filter, place });
  const counted = statement.join(
    `SELECT b.profile_id, count(*) AS hits FROM behaviour b WHERE ${statement.within('b', 'profile_id')}
       AND ${filter} GROUP BY b.profile_id`,
  );
  const count = statement.value(value, 'bigint');
  if (is === 'more') return settled(place, `${counted}.hits > ${count}`);
  if (is === 'less') return settled(place, `coalesce(${counted}.hits, 0) < ${count}`);
  const hit = value === 0 ? `coalesce(${counted}.hits, 0)` : `${counted}.hits`;
  return settled(place, `${hit} = ${count}`);
}

function compileCampaign(statement: Statement, { value, is, deed, within }: CampaignRule, place: Place): string {
  const window = within ? inInstants(statement, 'c.last_at', rangeOfSpan(within, 'past', statement.moment)) : '';
  const filter = `c.campaign_id = ${statement.value(value, 'uuid')} AND c.deed = ${statement.value(deed, 'text')}
    ${window ? `AND ${window}` : ''}`;
  const did = (to: Place): string => statement.having({ table: 'campaign_deed', alias: 'c', filter, place: to });
  return is === 'did' ? did(place) : oppositeIn(place, did);
}

function compileDevice(statement: Statement, { kind, is, value }: DeviceRule, place: Place): string {
  const values = statement.value(value, kind === 'app' ? 'uuid[]' : 'text[]');
  const filter = `d.${kind === 'app' ? 'app_id' : 'platform'} = ANY(${values})`;
  const having = (to: Place): string => statement.having({ table: 'device', alias: 'd', filter, place: to });
  return is === 'in' ? having(place) : oppositeIn(place, having);
}

const ofMobile = `d.platform <> 'WEB'`;
const ofWeb = `d.platform = 'WEB'`;

function onMedium(statement: Statement, { medium, value }: SubscriptionRule, place: Place): string {
  const answer = statement.value(value, 'text');
  if (medium === 'EMAIL') return settled(place, `p.email_subscription = ${answer}`);
  if (medium === 'SMS') return settled(place, `p.sms_subscription = ${answer}`);
  const filter = `${medium === 'WEB_PUSH' ? ofWeb : ofMobile} AND d.push_subscription = ${answer}`;
  return statement.having({ table: 'device', alias: 'd', filter, place });
}

function addressable(statement: Statement, medium: AddressMedium, place: Place): string {
  const filter = addressOf[medium];
  if (medium === 'EMAIL' || medium === 'SMS') return settled(place, filter);
  return statement.having({ table: 'device', alias: 'd', filter, place });
}

/** There is an address, and nobody called it dead: on the profile for e-mail and SMS, on a device for push. */
export const addressOf: Record<AddressMedium, string> = {
  EMAIL: 'p.email IS NOT NULL AND p.is_email_addressable',
  SMS: 'p.mobile_number IS NOT NULL AND p.is_mobile_number_addressable',
  MOBILE_PUSH: `${ofMobile} AND d.token IS NOT NULL AND d.is_addressable`,
  WEB_PUSH: `${ofWeb} AND d.token IS NOT NULL AND d.web_push_keys->>'p256dh' IS NOT NULL AND d.is_addressable`,
  INBOX: 'd.app_id IS NOT NULL',
  IN_APP: 'd.app_id IS NOT NULL',
};
