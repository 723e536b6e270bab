import type { Subscription } from '../subscription';

/** How an attribute is compared. Every `not…` is exactly the opposite of its positive: also true where nothing is stored. */
export const comparisons = [
  'equals',
  'notEquals',
  'contains',
  'notContains',
  'startsWith',
  'greater',
  'less',
  'between',
  'in',
  'notIn',
  'isSet',
  'isNotSet',
  'withinPast',
  'withinFuture',
] as const;

/** One of {@link comparisons}. */
export type Comparison = (typeof comparisons)[number];

/** A number of days before or after now: 24 hours each, or whole days of the project's zone. */
export interface DaySpan {
  days: number;
  calendar?: boolean;
}

/** When something happened: in the last days, or between two instants (`from` counts, `to` does not). */
export type Within = DaySpan | { from?: string; to?: string };

/** What a value is compared with; its form follows the type of the attribute and the comparison. */
export type Operand = string | number | boolean | (string | number)[] | DaySpan;

/** Compares an attribute of the person, or of any of their devices, by its definition. */
export interface AttributeRule {
  kind: 'attribute';
  name: string;
  is: Comparison;
  value?: Operand;
}

/** How often something happened. */
export interface Hits {
  is: 'more' | 'less' | 'equals';
  value: number;
}

/** Events or tags of the person, counted; without `hits` at least once. */
export interface BehaviourRule {
  kind: 'event' | 'tag';
  name: string;
  hits?: Hits;
  within?: Within;
}

/** The media that rules can ask for. */
export const ruleMedia = ['MOBILE_PUSH', 'WEB_PUSH', 'EMAIL', 'SMS'] as const;

/** One of {@link ruleMedia}. */
export type RuleMedium = (typeof ruleMedia)[number];

/** The media on which somebody can be addressable: nobody subscribes to what is shown inside an app or site. */
export const addressMedia = [...ruleMedia, 'INBOX', 'IN_APP'] as const;

/** One of {@link addressMedia}. */
export type AddressMedium = (typeof addressMedia)[number];

/** What a person said about a medium; for push any of the devices. */
export interface SubscriptionRule {
  kind: 'subscription';
  medium: RuleMedium;
  value: Subscription;
}

/** Whether there is an address on a medium that nobody called dead; inside apps and sites: an installation. */
export interface AddressableRule {
  kind: 'addressable';
  medium: AddressMedium;
  value: boolean;
}

/** Whether any device is of one of these apps (ids) or platforms. */
export interface DeviceRule {
  kind: 'app' | 'platform';
  is: 'in' | 'notIn';
  value: string[];
}

/** Whether the person is in another segment. */
export interface SegmentRule {
  kind: 'segment';
  is: 'in' | 'notIn';
  value: string;
}

/** What people can have done with the messages of a campaign. */
export const campaignDeeds = ['OPENED', 'CLICKED', 'DISMISSED', 'UNSUBSCRIBED', 'COMPLAINED'] as const;

/** One of {@link campaignDeeds}. */
export type CampaignDeed = (typeof campaignDeeds)[number];

/** What the person did with the messages of an earlier campaign. */
export interface CampaignRule {
  kind: 'campaign';
  value: string;
  is: 'did' | 'didNot';
  deed: CampaignDeed;
  /** The last time counts. */
  within?: DaySpan;
}

/** A single condition. */
export type Condition =
  | AttributeRule
  | BehaviourRule
  | SubscriptionRule
  | AddressableRule
  | DeviceRule
  | SegmentRule
  | CampaignRule;

/** All of them, any of them, or none of them. */
export type RuleGroup = { all: RuleNode[] } | { any: RuleNode[] } | { none: RuleNode[] };

/** A condition or a group. */
export type RuleNode = Condition | RuleGroup;

/** The rules of a segment. */
export interface SegmentRules {
  match: 'all' | 'any';
  rules: RuleNode[];
}

/** Bounds of a rule tree. */
export const ruleLimits = {
  characters: 262_144,
  depth: 5,
  /** Of rules in which segments, each as deep and wrapped twice, stand in the place of references. */
  inlinedDepth: 50,
  conditions: 500,
  /** Conditions on anything but the profile itself: each is a join. */
  joins: 60,
  list: 5_000,
  days: 36_500,
};

/** The conditions of a group with the word that joins them. */
export function membersOf(group: RuleGroup): { join: 'all' | 'any' | 'none'; rules: RuleNode[] } {
  if ('all' in group) return { join: 'all', rules: group.all };
  return 'any' in group ? { join: 'any', rules: group.any } : { join: 'none', rules: group.none };
}

/** Whether a node is a condition. */
export function isCondition(node: RuleNode): node is Condition {
  return 'kind' in node;
}

/** Every condition of a tree, in order. */
export function conditionsOf(rules: readonly RuleNode[]): Condition[] {
  return rules.flatMap((node) => (isCondition(node) ? [node] : conditionsOf(membersOf(node).rules)));
}
