/** What goes wrong. */
export const faultKinds = [
  '401',
  '429',
  '500',
  '503',
  'slow',
  'hang',
  'lost-answer',
  'string-body',
  'truncated-page',
  'ignore-skip',
  'short-page',
  'cut-file',
  'wrong-checksum',
  'missing-file',
  'fewer-rows',
] as const;

/** One of {@link faultKinds}. */
export type FaultKind = (typeof faultKinds)[number];

/** A fault of some calls. */
export interface FaultRule {
  /** Part of the function's or object's name in any case; every call when absent. */
  route?: string;
  kind: FaultKind;
  /** How often it happens; always when absent. */
  times?: number;
  /** For `slow`. */
  delayMs?: number;
}

/**
 * What goes wrong with callbacks: `duplicate` sends every one twice, `reorder` sends event 13 before event 1,
 * `silent` sends none.
 */
export const callbackFaults = ['duplicate', 'reorder', 'silent'] as const;

/** Which of {@link callbackFaults} are on. */
export type CallbackFaults = Partial<Record<(typeof callbackFaults)[number], boolean>>;

/** Everything that is to go wrong. */
export interface FaultPlan {
  rules: FaultRule[];
  callbacks: CallbackFaults;
}

/** The fault that hits a call now, if any; its count goes down. */
export function takeFault(plan: FaultPlan, path: string, kinds: readonly FaultKind[]): FaultRule | null {
  const rule = plan.rules.find(
    ({ route, kind, times }) =>
      kinds.includes(kind) &&
      (times === undefined || times > 0) &&
      path.toLowerCase().includes((route ?? '').toLowerCase()),
  );
  if (!rule) return null;
  if (rule.times !== undefined) rule.times -= 1;
  return rule;
}
