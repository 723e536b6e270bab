/** One hand-over in a trace. */
export interface TracedDelivery {
  medium: string;
  state: string;
  reason: string | null;
  attempts: number;
  claimedAt: Date;
  answeredAt: Date | null;
  receiptStatus: string | null;
  receiptAt: Date | null;
  /** How this attempt was closed: COUNTED_AS_SENT, SENT_AGAIN, RETRIED or PROVEN; null for one that counts. */
  closedAs: string | null;
  closedBy: string | null;
  closedAt: Date | null;
}

/** What became of a customer in one execution, or a triggered call that named the customer and was refused. */
export interface TraceEntry {
  /** Null for a call that was refused. */
  executionId: string | null;
  /** SCHEDULED, TRIGGERED, DIRECT or REFUSED_CALL. */
  kind: string;
  connectionId: string | null;
  optimoveCampaignId: string | null;
  directCampaignId: string | null;
  optimoveTemplateId: string | null;
  runDate: string | null;
  announcedAt: Date;
  frozenAt: Date | null;
  dueAt: Date | null;
  profileId: string | null;
  endState: string | null;
  reason: string | null;
  endedAt: Date | null;
  /** Until when a message waits for the end of quiet hours or for another try; null when it does not. */
  heldUntil: Date | null;
  /** What keeps the whole execution from sending now; null when nothing does, and of who came to an end. */
  against: string | null;
  openedAt: Date | null;
  clickedAt: Date | null;
  unsubscribedAt: Date | null;
  complainedAt: Date | null;
  deliveries: TracedDelivery[];
}

/** What can happen to a customer on the way. */
export const traceStepKinds = [
  'ANNOUNCED',
  'FROZEN',
  'DUE',
  'LET_THROUGH',
  'ANSWERED',
  'CLOSED',
  'RECEIPT',
  'OPENED',
  'CLICKED',
  'UNSUBSCRIBED',
  'COMPLAINED',
  'ENDED',
  'WAITS',
  'REFUSED',
] as const;

/** One moment on the way. */
export interface TraceStep {
  kind: (typeof traceStepKinds)[number];
  at: Date;
  medium: string | null;
  detail: string | null;
}

type Dated = Omit<TraceStep, 'at'> & { at: Date | null };

/** Everything that happened to the customer, in the order of time; at last for what they wait, as it stands at `now`. */
export function traceSteps(entry: TraceEntry, now: Date): TraceStep[] {
  const { announcedAt, frozenAt, dueAt, endedAt, endState, reason } = entry;
  if (entry.executionId === null) return [{ kind: 'REFUSED', at: announcedAt, medium: null, detail: reason }];
  const steps: Dated[] = [
    own('ANNOUNCED', announcedAt),
    own('FROZEN', entry.kind === 'TRIGGERED' ? null : frozenAt),
    own('DUE', dueAt),
    ...entry.deliveries.flatMap(stepsOf),
    own('ENDED', endedAt, [endState, reason].filter((part) => part !== null).join(': ')),
    own('OPENED', entry.openedAt),
    own('CLICKED', entry.clickedAt),
    own('UNSUBSCRIBED', entry.unsubscribedAt),
    own('COMPLAINED', entry.complainedAt),
  ];
  const past = steps.filter(isDated).sort((one, other) => one.at.getTime() - other.at.getTime());
  return endState === null ? [...past, { kind: 'WAITS', at: now, medium: null, detail: waitsFor(entry, now) }] : past;
}

function waitsFor({ against, heldUntil, dueAt }: TraceEntry, now: Date): string {
  if (against !== null) return `The execution is ${against}`;
  if (heldUntil !== null && heldUntil > now) return `Until ${heldUntil.toISOString()}: quiet hours, or the next try`;
  if (dueAt !== null && dueAt > now) return `Until ${dueAt.toISOString()}: it is not due before`;
  return 'For its turn';
}

function stepsOf({ medium, state, reason, attempts, closedAs, closedBy, ...at }: TracedDelivery): Dated[] {
  const outcome = reason === null ? state : `${state}: ${reason}`;
  return [
    { kind: 'LET_THROUGH', at: at.claimedAt, medium, detail: attempts > 1 ? `attempt ${attempts}` : null },
    { kind: 'ANSWERED', at: at.answeredAt, medium, detail: outcome },
    { kind: 'RECEIPT', at: at.receiptAt, medium, detail: at.receiptStatus },
    { kind: 'CLOSED', at: at.closedAt, medium, detail: `${closedAs} by ${closedBy}` },
  ];
}

function own(kind: TraceStep['kind'], at: Date | null, detail: string | null = null): Dated {
  return { kind, at, medium: null, detail };
}

function isDated(step: Dated): step is TraceStep {
  return step.at !== null;
}
