/** Who wants to send: a campaign of ours without Optimove, or an execution of Optimove's. */
export type GateOrigin =
  | { kind: 'DIRECT'; executionId: string }
  | { kind: 'OPTIMOVE'; connectionId: string; executionId: string };

/** How far a value can be relied on. Anything but FRESH holds a message, unless the value excludes anyway. */
export const freshnesses = [
  'FRESH',
  'NEVER_SYNCED',
  'TOO_OLD',
  'FAILED',
  'STOPPED',
  'DAY_MISSED',
  'DOUBTFUL',
  'NOT_LOADED',
] as const;

/** One of {@link freshnesses}. */
export type Freshness = (typeof freshnesses)[number];

/** What was decided of a person. */
export const guardOutcomes = ['ALLOWED', 'SUPPRESSED', 'SUPPRESSION_STALE'] as const;

/** One of {@link guardOutcomes}. */
export type GuardOutcome = (typeof guardOutcomes)[number];

/** What a rule means for somebody without a value. */
export const unknownMeanings = ['EXCLUDE', 'ALLOW'] as const;

/** One of {@link unknownMeanings}. */
export type UnknownMeaning = (typeof unknownMeanings)[number];

/** Age limit of a rule unless told: data that are complete up to a day come the day after, and may be a day late. */
export const usualMaximumAgeHours = 72;

/** A rule as it stands now. */
export interface RuleInForce {
  id: string;
  attribute: string;
  dataDate: string | null;
  freshness: Freshness;
  stateReason: string | null;
  overrideId: string | null;
  /** No complete list was ever loaded, and no value does not exclude: of whom nothing was heard nothing is known. */
  isPartial: boolean;
}

const sentences: Record<Exclude<Freshness, 'FRESH'>, string> = {
  NEVER_SYNCED: 'was never synced',
  TOO_OLD: 'has data older than the rule allows',
  FAILED: 'could not be synced',
  STOPPED: 'is no longer synced',
  DAY_MISSED: 'missed a day of changes',
  DOUBTFUL: 'has a value for this customer that cannot be read',
  NOT_LOADED: 'was never loaded completely, and nothing was heard of this customer',
};

/** Why a value cannot be relied on, in words. */
export function staleBecause(rule: Pick<RuleInForce, 'attribute' | 'dataDate' | 'freshness' | 'stateReason'>): string {
  if (rule.freshness === 'FRESH') return '';
  const data = rule.dataDate === null ? 'no data yet' : `data of ${rule.dataDate}`;
  const why = rule.freshness === 'FAILED' || rule.freshness === 'STOPPED' ? `: ${rule.stateReason ?? ''}` : '';
  return `${rule.attribute} ${sentences[rule.freshness]} (${data})${why}`;
}

/** Of a connection whose executions no rule guards, in a project that guards those of another one. */
export const noRuleHere =
  "No exclusion rule counts for Optimove's campaigns over this connection, though rules do over another one of the project: people whom those exclude can be sent to. Choose the attributes for this connection, create the rules and call setOptimoveGuard";

/** What a Direct campaign does not reach though it is not held, in words; null when there is nothing of the kind. */
export function warningOf({ attribute, isPartial, overrideId }: RuleInForce): string | null {
  if (!isPartial || overrideId !== null) return null;
  return `Whoever Optimove said nothing of so far is left out: ${attribute} was never loaded completely, and its rule lets people without a value through. Load a complete CSV`;
}
