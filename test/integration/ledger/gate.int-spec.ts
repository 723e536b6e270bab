import { type HandOver, late, type SendResult } from '@libs/delivery';
import type { Tx } from '@libs/platform';
import { sliceOf } from './slice';
import { type LedgerStage, setStage } from './stage';

describe('the gate before a hand-over', () => {
  let stage: LedgerStage;
  beforeAll(async () => {
    stage = await setStage();
  }, 60_000);
  afterAll(() => stage?.close());

  const transactionOf = async (tx: Tx): Promise<string> => {
    const [row] = (await tx.query('SELECT pg_current_xact_id()::text AS id')) as { id: string }[];
    return row?.id ?? '';
  };

  /**
   * A slice of two people of whom the gate lets the first pass; tells in which transactions it decided and claimed. The
   * provider comes to the first batch after `firstAfterMs` by the clock of the hand-over, which nothing else moves.
   */
  const sendSlice = async (
    firstAfterMs = 0,
  ): Promise<{ decidedIn: string[]; claimedIn: string[]; handedOver: number[] }> => {
    const chunk = await stage.takenChunk(2);
    const seen = { decidedIn: [] as string[], claimedIn: [] as string[], handedOver: [] as number[] };
    const decide = async (tx: Tx, { people }: { people: { seq: number; profileId: string }[] }) => {
      seen.decidedIn.push(await transactionOf(tx));
      return people.map(({ seq, profileId }) =>
        seq === 1
          ? {
              seq,
              profileId,
              medium: 'MOBILE_PUSH',
              isAllowed: true,
              addressKey: 'one',
              address: 'token',
              pushService: 'FCM',
              appId: null,
            }
          : {
              seq,
              profileId,
              medium: 'MOBILE_PUSH',
              isAllowed: false,
              addressKey: null,
              reason: 'NOT_SUBSCRIBED',
              detail: '',
            },
      );
    };
    let now = performance.now();
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => now);
    const sendBatch = async (messages: { deliveryId: string }[], handOver: HandOver): Promise<SendResult[]> => {
      if (seen.decidedIn.length === 1) now += firstAfterMs;
      if (!handOver.mayWrite()) return messages.map(({ deliveryId }) => late(deliveryId));
      const rows = await stage.database.query<{ seq: number; claimed: string }>(
        'SELECT seq, xmin::text AS claimed FROM delivery WHERE execution_id = $1',
        [chunk.executionId],
      );
      seen.claimedIn.push(...rows.map(({ claimed }) => claimed));
      seen.handedOver.push(...rows.map(({ seq }) => seq));
      return messages.map(({ deliveryId }) => ({ outcome: 'ACCEPTED', deliveryId, providerMessageId: null }));
    };
    const run = await sliceOf(stage, chunk, { decide, sendBatch });
    try {
      while ((await run()).isUnfinished);
    } finally {
      clock.mockRestore();
    }
    return seen;
  };

  it('decides in the transaction that claims, and only who may get it is claimed', async () => {
    const { decidedIn, claimedIn, handedOver } = await sendSlice();
    expect(handedOver).toEqual([1]);
    expect(claimedIn).toEqual(decidedIn);
  });

  it('is asked again about what was not handed over within two seconds of its decision', async () => {
    expect((await sendSlice(1_900)).decidedIn).toHaveLength(1);
    const { decidedIn, handedOver } = await sendSlice(2_100);
    expect(decidedIn).toHaveLength(2);
    expect(handedOver).toEqual([1]);
  });

  it.each([
    ['triggered', 'TRIGGERED', true],
    ['scheduled', undefined, false],
  ] as const)('says of messages of a %s execution whether they go before others', async (_name, kind, expected) => {
    const seen: boolean[] = [];
    const run = await sliceOf(stage, await stage.takenChunk(1), {
      kind,
      decide: async (_tx, { people }) =>
        people.map(({ seq, profileId }) => {
          const to = { addressKey: 'one', address: 'token', pushService: 'FCM', appId: null };
          return { seq, profileId, medium: 'MOBILE_PUSH', isAllowed: true, ...to };
        }),
      sendBatch: async (messages, { isUrgent }) => {
        seen.push(isUrgent);
        return messages.map(({ deliveryId }) => ({ outcome: 'ACCEPTED', deliveryId, providerMessageId: null }));
      },
    });
    await run();
    expect(seen).toEqual([expected]);
  });
});
