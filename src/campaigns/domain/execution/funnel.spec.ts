import { toFunnel } from './funnel';

describe('toFunnel', () => {
  const funnel = toFunnel({
    received: 12,
    duplicates: 1,
    malformed: 2,
    tallies: [
      { measure: 'SENT', count: 4 },
      { measure: 'SENT', count: 1 },
      { measure: 'NOT_SUBSCRIBED', count: 2 },
      { measure: 'DUPLICATE', count: 1 },
      { measure: 'DELIVERY:SMS:ACCEPTED', count: 5 },
      { measure: 'RECEIPT:DELIVERED', count: 3 },
      { measure: 'RECEIPT:BOUNCED', count: 2 },
      { measure: 'BOUNCE:EMAIL:BAD_MAILBOX', count: 2 },
    ],
  });

  it('adds the chunks of an end state and the rows dropped at freezing', () => {
    expect(funnel.endStates).toEqual([
      { state: 'SENT', count: 5 },
      { state: 'MALFORMED', count: 2 },
      { state: 'DUPLICATE', count: 2 },
      { state: 'NOT_SUBSCRIBED', count: 2 },
    ]);
    expect(funnel.dropped).toBe(6);
  });

  it('counts as in progress what was received and has not ended', () => {
    expect(funnel.ended).toBe(11);
    expect(funnel.inProgress).toBe(1);
  });

  it('keeps hand-overs and receipts apart from the ends of people', () => {
    expect(funnel.deliveries).toEqual([{ medium: 'SMS', state: 'ACCEPTED', count: 5 }]);
    expect(funnel.delivered).toBe(3);
    expect(funnel.bounced).toBe(2);
    expect(funnel.bounces).toEqual([{ medium: 'EMAIL', category: 'BAD_MAILBOX', count: 2 }]);
  });

  it('counts who failed at a dead address among the bounced', () => {
    const { failed, bounced, failedAsBounced, dropped } = toFunnel({
      ...{ received: 5, duplicates: 0, malformed: 0 },
      tallies: [
        { measure: 'FAILED', count: 3 },
        { measure: 'SENT', count: 2 },
        { measure: 'FAILED:BOUNCED', count: 1 },
        { measure: 'DEAD:BOUNCED', count: 2 },
        { measure: 'RECEIPT:BOUNCED', count: 1 },
      ],
    });
    expect({ failed, bounced, failedAsBounced, dropped }).toEqual({
      failed: 3,
      bounced: 3,
      failedAsBounced: 1,
      dropped: 0,
    });
  });
});
