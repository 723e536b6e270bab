import { type TracedDelivery, type TraceEntry, traceSteps } from './trace-steps';

const at = (minute: number): Date => new Date(Date.UTC(2026, 4, 4, 16, minute));
const entry: TraceEntry = {
  executionId: 'e',
  kind: 'SCHEDULED',
  connectionId: 'c',
  optimoveCampaignId: '20417',
  directCampaignId: null,
  optimoveTemplateId: '7731',
  runDate: '2026-05-04',
  announcedAt: at(0),
  frozenAt: at(1),
  dueAt: at(2),
  profileId: 'p',
  endState: 'SENT',
  reason: null,
  endedAt: at(6),
  heldUntil: null,
  against: null,
  openedAt: at(8),
  clickedAt: null,
  unsubscribedAt: null,
  complainedAt: null,
  deliveries: [],
};
const delivery: TracedDelivery = {
  medium: 'SMS',
  state: 'ACCEPTED',
  reason: null,
  attempts: 2,
  claimedAt: at(5),
  answeredAt: at(6),
  receiptStatus: 'DELIVERED',
  receiptAt: at(7),
  closedAs: null,
  closedBy: null,
  closedAt: null,
};
const told = (of: TraceEntry): string[] =>
  traceSteps(of, at(10)).map(({ kind, medium, detail }) =>
    [kind, medium, detail].filter((part) => part !== null).join(' '),
  );

describe('the steps of a trace', () => {
  it('are everything that happened, in the order of time', () => {
    const closed = {
      ...delivery,
      state: 'UNCERTAIN',
      reason: 'NO_ANSWER',
      attempts: 1,
      claimedAt: at(3),
      answeredAt: at(4),
    };
    const past = { ...closed, receiptAt: null, closedAs: 'SENT_AGAIN', closedBy: 'ops', closedAt: at(5) };
    expect(told({ ...entry, deliveries: [past, delivery] })).toEqual([
      'ANNOUNCED',
      'FROZEN',
      'DUE',
      'LET_THROUGH SMS',
      'ANSWERED SMS UNCERTAIN: NO_ANSWER',
      'CLOSED SMS SENT_AGAIN by ops',
      'LET_THROUGH SMS attempt 2',
      'ANSWERED SMS ACCEPTED',
      'ENDED SENT',
      'RECEIPT SMS DELIVERED',
      'OPENED',
    ]);
  });

  it('say why nothing went out', () => {
    const dropped = { ...entry, endState: 'NOT_SUBSCRIBED', reason: 'SMS: said no', openedAt: null };
    expect(told(dropped).at(-1)).toBe('ENDED NOT_SUBSCRIBED: SMS: said no');
  });

  it('say at last for what somebody waits who is at no end', () => {
    const open = { ...entry, endState: null, endedAt: null, openedAt: null };
    const waits = (of: Partial<TraceEntry>): string | undefined => told({ ...open, ...of }).at(-1);
    expect(waits({})).toBe('WAITS For its turn');
    expect(waits({ dueAt: at(11) })).toBe('WAITS Until 2026-05-04T16:11:00.000Z: it is not due before');
    const heldUntil = at(12);
    expect(waits({ heldUntil })).toBe('WAITS Until 2026-05-04T16:12:00.000Z: quiet hours, or the next try');
    expect(waits({ heldUntil: at(9) })).toBe('WAITS For its turn');
    expect(waits({ heldUntil, against: 'paused' })).toBe('WAITS The execution is paused');
  });

  it('are one for a call that was refused', () => {
    const refused = { ...entry, executionId: null, kind: 'REFUSED_CALL', reason: 'The connection is disabled' };
    expect(told(refused)).toEqual(['REFUSED The connection is disabled']);
  });
});
