import type { SendResult } from '@libs/delivery';
import { Outbox, Transactions } from '@libs/platform';
import { SuppressionService } from '@modules/suppression';
import { GoOnOverConnection } from '../../../src/campaigns/execution/go-on-over-connection';
import { letGoOn, queueIdle } from '../../../src/campaigns/execution/queue-chunks';
import { chunkJobOf, goOnOverConnectionJob } from '../../../src/campaigns/jobs/execution.jobs';
import { ChunkRepository, type HeldChunk } from '../../../src/campaigns/persistence/ledger/chunk.repository';
import { DeliveryRepository } from '../../../src/campaigns/persistence/ledger/delivery.repository';
import { SettlementRepository } from '../../../src/campaigns/persistence/ledger/settlement.repository';
import { StopRepository } from '../../../src/campaigns/persistence/ledger/stop.repository';
import { mutate } from '../../support/campaign-stage';
import { eventually } from '../../support/eventually';
import { setStage as setChannelStage } from '../channels/stage';
import { type LimitStage, setStage as setLimitStage, texts } from '../limits/stage';
import { type SliceEnds, sliceOf } from './slice';
import { insertExecution, type LedgerStage, pushes, setStage } from './stage';

/** The chunk is held, so that none is queued. */
const noOutbox = { enqueueMany: async () => undefined } as unknown as Outbox;

/** Everybody may get the push; the provider is down. */
const down: SliceEnds = {
  decide: async (_tx, { people }) =>
    people.map(({ seq, profileId }) => {
      const to = { addressKey: `device-${seq}`, address: 'token', pushService: 'FCM', appId: null };
      return { seq, profileId, medium: 'MOBILE_PUSH', isAllowed: true, ...to };
    }),
  sendBatch: async (messages) =>
    messages.map(({ deliveryId }): SendResult => {
      const why = { reason: 'UNAVAILABLE', detail: 'Not now', retryAfterMs: null };
      return { outcome: 'RETRYABLE', deliveryId, ...why, isAboutMessage: false };
    }),
};

describe('a message whose provider is down', () => {
  let stage: LedgerStage;
  beforeAll(async () => {
    stage = await setStage();
  }, 60_000);
  afterAll(() => stage?.close());

  const deliveryOf = async ({ executionId }: HeldChunk) =>
    (
      await stage.database.query<{ state: string; reason: string; attempts: number; waits: boolean }>(
        `SELECT state, reason, attempts, waiting_since IS NOT NULL AS waits FROM delivery WHERE execution_id = $1`,
        [executionId],
      )
    )[0];
  const waitsSince = ({ executionId }: HeldChunk, hours: number): Promise<unknown> =>
    stage.database.query(`UPDATE delivery SET waiting_since = now() - $2 * interval '1 hour' WHERE execution_id = $1`, [
      executionId,
      hours,
    ]);

  it('waits a day from its first try, however old its execution is, and uses no try up', async () => {
    const chunk = await stage.takenChunk(1);
    const run = await sliceOf(stage, chunk, down);
    await run();
    expect(await deliveryOf(chunk)).toMatchObject({ state: 'RETRY', attempts: 0, waits: true });
    await waitsSince(chunk, 23);
    await run();
    expect(await deliveryOf(chunk)).toMatchObject({ state: 'RETRY', attempts: 0, waits: true });
    await waitsSince(chunk, 25);
    await run();
    expect(await deliveryOf(chunk)).toMatchObject({
      state: 'REJECTED',
      reason: 'RETRIES_EXHAUSTED: UNAVAILABLE: Not now',
    });
  });

  it('lets those go before it who had no turn yet, and is looked at when its wait is over', async () => {
    const chunk = await stage.takenChunk(3);
    const run = await sliceOf(stage, { ...chunk, toSeq: 2 }, down);
    const open = async (most: number): Promise<number[]> =>
      (await stage.chunks.openRecipients(chunk, most)).map(({ seq }) => seq);
    await run();
    expect(await open(10)).toEqual([3]);
    await stage.database.query(
      `UPDATE recipient SET held_until = now() - seq * interval '1 second' WHERE execution_id = $1 AND seq < 3`,
      [chunk.executionId],
    );
    expect([await open(1), await open(10)]).toEqual([[3], [3, 2, 1]]);
  });

  it('does not wait while nothing may be sent: its day begins when sending goes on', async () => {
    const chunk = await stage.takenChunk(1);
    const run = await sliceOf(stage, chunk, down);
    await run();
    await waitsSince(chunk, 25);
    await stage.transactions.run((tx) =>
      letGoOn({ outbox: noOutbox, stops: new StopRepository() }, tx, chunk.executionId),
    );
    await run();
    expect(await deliveryOf(chunk)).toMatchObject({ state: 'RETRY', waits: true });
  });

  it('waits anew once somebody has it tried again', async () => {
    const chunk = await stage.takenChunk(1);
    const run = await sliceOf(stage, chunk, down);
    await run();
    await waitsSince(chunk, 25);
    await run();
    const settlement = {
      executionId: chunk.executionId,
      chosen: null,
      as: 'RETRIED',
      by: 'tests',
      reasons: null,
      isProof: false,
    } as const;
    await stage.transactions.run((tx) => new SettlementRepository().settle(tx, settlement));
    await stage.database.query('UPDATE recipient SET end_state = NULL WHERE execution_id = $1', [chunk.executionId]);
    await run();
    expect(await deliveryOf(chunk)).toMatchObject({ state: 'RETRY', waits: true });
  });
});

describe('a message that waits when its connection is disabled', () => {
  it('waits its day from when the connection is enabled again', async () => {
    const stage = await setChannelStage();
    try {
      const { projectId, connectionId, database } = stage;
      const transactions = stage.app.get(Transactions);
      const executionId = await insertExecution(database, { projectId, people: 1, connectionId });
      const chunk = await new ChunkRepository(transactions).take({ executionId, chunkNo: 1 }, executionId);
      const deliveries = new DeliveryRepository();
      const hoursWaited = async (): Promise<number> => {
        const claims = await transactions.run((tx) => deliveries.claim(tx, chunk as HeldChunk, projectId, pushes(1)));
        const [claim] = claims.values();
        await database.query(`UPDATE delivery SET state = 'RETRY' WHERE execution_id = $1`, [executionId]);
        return claim?.waitingSince ? Math.round((Date.now() - claim.waitingSince.getTime()) / 3_600_000) : 0;
      };
      expect(await hoursWaited()).toBe(0);
      await database.query(`UPDATE delivery SET waiting_since = now() - interval '25 hours' WHERE execution_id = $1`, [
        executionId,
      ]);
      expect(await hoursWaited()).toBe(25);
      const change = (what: string): Promise<unknown> =>
        stage.ask(`mutation ($id: ID!) { ${what}(input: { id: $id }) { userErrors { code } } }`, { id: connectionId });
      await change('enableConnection');
      expect(await hoursWaited()).toBe(25);
      await change('disableConnection');
      await change('enableConnection');
      expect(await hoursWaited()).toBe(0);
    } finally {
      await stage.close();
    }
  }, 60_000);
});

describe('what waits because its connection is disabled', () => {
  it('is queued at once when that is enabled again', async () => {
    const stage = await setChannelStage();
    try {
      const { projectId, connectionId: id, database } = stage;
      const executionId = await insertExecution(database, { projectId, people: 1, connectionId: id });
      const change = (what: string): Promise<unknown> =>
        stage.ask(`mutation ($id: ID!) { ${what}(input: { id: $id }) { userErrors { code } } }`, { id });
      const jobs = async (queue: string): Promise<Record<string, unknown>[]> =>
        (
          await database.query<{ data: Record<string, unknown> }>('SELECT data FROM outbox_message WHERE queue = $1', [
            queue,
          ])
        ).map(({ data }) => data);
      await change('enableConnection');
      expect(await jobs(goOnOverConnectionJob.queue)).toEqual([]);
      await change('disableConnection');
      await change('enableConnection');
      const [job] = await jobs(goOnOverConnectionJob.queue);
      expect(job).toMatchObject({ connectionId: id });
      const [transactions, outbox] = [stage.app.get(Transactions), stage.app.get(Outbox)];
      await new GoOnOverConnection(transactions, outbox, new StopRepository()).run(id);
      expect(await jobs(chunkJobOf('SCHEDULED').queue)).toEqual([{ executionId, chunkNo: 1, attempt: 1 }]);
    } finally {
      await stage.close();
    }
  }, 60_000);
});

describe('an audience whose sending is switched on again', () => {
  it('is not locked while its chunks are queued', async () => {
    const stage = await setLimitStage();
    try {
      await stage.person('patient');
      const executionId = await stage.launched('patient', texts.sms);
      const scope = { scope: 'PROJECT', scopeId: stage.projectId };
      const stop = { ...scope, reason: 'The provider is down' };
      await mutate(stage.graphql, 'switchSendingOff', 'SwitchSendingOffInput', 'stops { scope }', stop);
      const switchOn = () => mutate(stage.graphql, 'switchSendingOn', 'SendingScopeInput', 'stops { scope }', scope);
      const isOn = await stage.app.get(Transactions).run(async (tx) => {
        await tx.query('SELECT 1 FROM execution_chunk WHERE execution_id = $1 FOR UPDATE', [executionId]);
        const switched = switchOn();
        await eventually('the chunks are to be queued', async () => {
          const waiting = await stage.database.query(
            `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
               AND query LIKE '%execution_chunk%'`,
          );
          return waiting.length > 0;
        });
        await tx.query('SELECT 1 FROM execution WHERE id = $1 FOR UPDATE NOWAIT', [executionId]);
        return { switched };
      });
      expect(await isOn.switched).toEqual({ stops: [], userErrors: [] });
      const [execution] = await stage.database.query<{ goesOn: boolean }>(
        'SELECT goes_on_since IS NOT NULL AS "goesOn" FROM execution',
      );
      expect(execution).toEqual({ goesOn: true });
    } finally {
      await stage.close();
    }
  }, 60_000);
});

describe('a part of an audience that is left because sending was stopped', () => {
  let stage: LimitStage;
  let executionId: string;
  beforeAll(async () => {
    stage = await setLimitStage();
    await stage.person('patient');
  });
  afterAll(() => stage?.close());
  beforeEach(async () => {
    executionId = await stage.launched('patient', texts.sms);
  });
  afterEach(() => jest.restoreAllMocks());

  /** Does something once, just before the part is looked at or left. */
  const before = (names: ('openRecipients' | 'putOff' | 'release')[], act: () => Promise<unknown>): void => {
    const chunks = stage.app.get(ChunkRepository, { strict: false });
    for (const name of names) {
      const original = chunks[name].bind(chunks) as (...given: unknown[]) => Promise<never>;
      jest.spyOn(chunks, name).mockImplementationOnce(async (...given: unknown[]) => {
        await act();
        return original(...given);
      });
    }
  };
  const account = async (): Promise<{ scope: 'PROVIDER_ACCOUNT'; scopeId: string }> => {
    const [row] = await stage.database.query<{ id: string }>(`SELECT id FROM provider_account WHERE medium = 'SMS'`);
    return { scope: 'PROVIDER_ACCOUNT', scopeId: row?.id ?? '' };
  };
  const switchOff = async (): Promise<unknown> => {
    const stop = { ...(await account()), reason: 'A wrong offer' };
    return mutate(stage.graphql, 'switchSendingOff', 'SwitchSendingOffInput', 'stops { scope }', stop);
  };
  const switchOn = async (): Promise<unknown> =>
    mutate(stage.graphql, 'switchSendingOn', 'SendingScopeInput', 'stops { scope }', await account());
  const change = (mutation: string): Promise<unknown> =>
    mutate(stage.graphql, mutation, 'ExecutionIdInput', 'execution { id }', { id: executionId });
  const jobs = async (): Promise<number[]> => {
    const rows = await stage.database.query<{ attempt: number }>(
      `SELECT (data->>'attempt')::int AS attempt FROM outbox_message
       WHERE queue = $1 AND data->>'executionId' = $2 ORDER BY id`,
      [chunkJobOf('DIRECT').queue, executionId],
    );
    return rows.map(({ attempt }) => attempt);
  };
  const part = async (): Promise<{ isDue: boolean; attempt: number } | undefined> =>
    (
      await stage.database.query<{ isDue: boolean; attempt: number }>(
        `SELECT due_at <= now() AND held_until IS NULL AS "isDue", attempt FROM execution_chunk WHERE execution_id = $1`,
        [executionId],
      )
    )[0];
  const isQueuedAtOnce = async (): Promise<void> => {
    const left = await part();
    expect(left?.isDue).toBe(true);
    expect((await jobs()).slice(1)).toEqual([left?.attempt]);
    await stage.run(executionId);
    expect(await stage.endings(executionId)).toMatchObject([{ state: 'SENT' }]);
  };

  it.each([
    ['switched on again', switchOff, switchOn],
    ['resumed', () => change('pauseExecution'), () => change('resumeExecution')],
  ])('is queued at once where it was %s before it was left', async (_how, stop, lift) => {
    before(['openRecipients'], stop);
    before(['putOff', 'release'], lift);
    await stage.run(executionId);
    await isQueuedAtOnce();
  });

  it('is queued at once where whoever switches sending on has yet to commit', async () => {
    const transactions = stage.app.get(Transactions);
    const stops = stage.app.get(StopRepository, { strict: false });
    const { scope, scopeId } = await account();
    let commit = (): void => undefined;
    const committing = new Promise<void>((resolve) => {
      commit = resolve;
    });
    let lifted: Promise<void> | undefined;
    const lift = (): Promise<void> =>
      new Promise((begun) => {
        lifted = transactions.run(async (tx) => {
          await stops.switchOn(tx, stage.projectId, scope, scopeId);
          await queueIdle({ outbox: stage.app.get(Outbox), stops }, tx, executionId);
          begun();
          await committing;
        });
      });
    before(['openRecipients'], switchOff);
    before(['putOff'], lift);
    const left = stage.run(executionId);
    const waiting = eventually('it is waited for', async () => {
      const rows = await stage.database.query(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
           AND query LIKE '%sending_stop%'`,
      );
      return rows.length > 0;
    });
    await Promise.race([left, waiting]);
    commit();
    await Promise.all([left, lifted]);
    await isQueuedAtOnce();
  });

  it('waits without a job while the stop stands', async () => {
    await switchOff();
    await stage.run(executionId);
    expect([(await part())?.isDue, await jobs()]).toEqual([false, [0]]);
    await switchOn();
    expect((await part())?.isDue).toBe(true);
  });

  it('waits without a job while the data of its exclusion rules are late', async () => {
    const suppression = stage.app.get(SuppressionService, { strict: false });
    jest.spyOn(suppression, 'standing').mockResolvedValue({ rules: [], holdReason: 'No data of today', warnings: [] });
    await stage.run(executionId);
    expect(await jobs()).toEqual([0]);
  });
});

describe('an audience whose provider says not now', () => {
  it('is tried again soon, however often its jobs were looked for before anybody began with it', async () => {
    const stage = await setLimitStage();
    try {
      await stage.person('patient');
      const executionId = await stage.launched('patient', texts.sms);
      const chunks = stage.app.get(ChunkRepository, { strict: false });
      for (let looks = 0; looks < 20; looks += 1) {
        await stage.database.query(
          `UPDATE execution_chunk SET due_at = now() - interval '1 minute', queued_at = now() - interval '1 minute'`,
        );
        expect(await stage.app.get(Transactions).run((tx) => chunks.stranded(tx, 10))).toHaveLength(1);
      }
      await stage.control('PUT', '/far-ends/sms/fault', { kind: '5xx', times: 1 });
      await stage.run(executionId);
      const [chunk] = await stage.database.query<{ state: string; seconds: number }>(
        'SELECT state, extract(epoch FROM due_at - now())::float AS seconds FROM execution_chunk',
      );
      expect(chunk?.state).toBe('PENDING');
      expect(chunk?.seconds).toBeLessThan(10);
    } finally {
      await stage.close();
    }
  }, 60_000);
});
