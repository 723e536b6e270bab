import { newId } from '@libs/foundation';
import { Notifications, Transactions } from '@libs/platform';
import { channelRemovals } from '@modules/channels';
import type { AcceptedCall } from '../../../src/campaigns/execution/accept-callback';
import { CancelExecution } from '../../../src/campaigns/execution/cancel-execution';
import { CompleteExecution } from '../../../src/campaigns/execution/complete-execution';
import { DrainTriggered } from '../../../src/campaigns/execution/drain-triggered';
import type { Announcement } from '../../../src/campaigns/persistence/ledger/announcement.repository';
import { JournalRepository } from '../../../src/campaigns/persistence/ledger/journal.repository';
import { TriggeredRepository } from '../../../src/campaigns/persistence/ledger/triggered.repository';
import { TriggeredDayRepository } from '../../../src/campaigns/persistence/ledger/triggered-day.repository';
import { ErasePerson } from '../../../src/profiles/personal-data/erase-person';
import { type CampaignStage, mutate } from '../../support/campaign-stage';
import { eventually } from '../../support/eventually';
import type { ContentStage } from '../content/stage';
import { bringCallback } from './bring-callback';
import { setTriggeredStage } from './triggered-stage';

describe('a triggered callback', () => {
  let stage: ContentStage;
  let campaign: CampaignStage;
  let optimoveChannelId: number;
  beforeAll(async () => {
    ({ stage, campaign, optimoveChannelId } = await setTriggeredStage());
  }, 60_000);
  afterAll(() => stage?.close());

  const told = async (
    customerId: string,
    campaignId: string = newId(),
    TimeStamp?: string,
  ): Promise<AcceptedCall | null> => {
    const and = { CustomerID: customerId, ChannelID: optimoveChannelId, TemplateID: Number(campaign.templateId) };
    return bring(11, campaignId, { TimeStamp, and });
  };
  const bring = (
    EventTypeID: number,
    CampaignID: string,
    { TimeStamp, and }: { TimeStamp?: string; and?: object },
  ): Promise<AcceptedCall | null> =>
    bringCallback(stage, {
      ...{ connectionId: campaign.connectionId, EventTypeID, CampaignID, receivedAt: new Date(), and },
      TimeStamp,
    });
  const cancelled = (campaignId: string, TimeStamp: string): Promise<AcceptedCall | null> =>
    bring(4, campaignId, { TimeStamp });
  /** Time stamps of calls, so many seconds from now. */
  const at = (seconds: number): string => stampOf(new Date(Date.now() + seconds * 1000));
  /** Places what waits. @returns whom. */
  const drained = async (executionId: string): Promise<string[]> => {
    const placed: string[] = [];
    await stage.app.get(DrainTriggered, { strict: false }).run(executionId, {
      holder: newId(),
      send: async ({ open }) => void placed.push(...open.map(({ customerId }) => customerId)),
    });
    return placed;
  };
  const executionsOf = (campaignId: string): Promise<{ id: string }[]> =>
    stage.database.query('SELECT id FROM execution WHERE optimove_campaign_id = $1 ORDER BY launch', [campaignId]);
  const sweep = (limit = 100): Promise<void> =>
    stage.app
      .get(Transactions)
      .run((tx) => stage.app.get(TriggeredRepository, { strict: false }).refuseLate(tx, limit));
  const journal = (executionId: string) =>
    stage.database.query(
      `SELECT outcome, reason, (SELECT count(*)::int FROM callback_waiting WHERE execution_id = $1) AS waiting
       FROM callback_journal WHERE execution_id = $1 ORDER BY id`,
      [executionId],
    );

  it('that comes while the day of its execution ends is refused by the next sweep', async () => {
    const campaignId = newId();
    const triggered = stage.app.get(TriggeredRepository, { strict: false });
    const first = await told('A1', campaignId);
    const executionId = first?.executionId ?? '';
    await stage.database.query('DELETE FROM callback_waiting WHERE execution_id = $1', [executionId]);
    await stage.database.query('UPDATE execution SET closes_at = now() WHERE id = $1', [executionId]);
    await stage.app.get(Transactions).run(async (tx) => {
      await triggered.close(tx);
      expect(await told('A2', campaignId)).toMatchObject({ outcome: 'TRIGGERED', executionId });
    });
    await sweep();
    expect(await journal(executionId)).toMatchObject([{}, { outcome: 'TRIGGERED', waiting: 1 }]);
    expect(await stage.app.get(CompleteExecution, { strict: false }).tryComplete(executionId)).toBe(true);
    await sweep();
    expect(await journal(executionId)).toMatchObject([
      { outcome: 'TRIGGERED' },
      { outcome: 'REFUSED', reason: expect.stringContaining('not open'), waiting: 0 },
    ]);
  });

  it('finds the execution of its day while somebody else holds it locked', async () => {
    const executionId = (await told('A1'))?.executionId ?? '';
    const [day] = await stage.database.query<Announcement>(
      `SELECT project_id AS "projectId", connection_id AS "connectionId", channel_id AS "channelId", run_date::text AS "runDate",
         optimove_channel_id AS "optimoveChannelId", optimove_campaign_id AS "optimoveCampaignId" FROM execution WHERE id = $1`,
      [executionId],
    );
    const open = (timeZone: string) =>
      stage.app.get(Transactions).run(async (tx) => {
        await tx.query(`SET LOCAL lock_timeout = '1s'`);
        const calls = { timeZone, connectionIds: [campaign.connectionId], saidAt: [new Date()] };
        const days = stage.app.get(TriggeredDayRepository, { strict: false });
        return (await days.open(tx, day as Announcement, calls)).executionId;
      });
    await stage.app.get(Transactions).run(async (tx) => {
      await tx.query('SELECT 1 FROM execution WHERE id = $1 FOR UPDATE', [executionId]);
      expect(await open('Etc/GMT-14')).toBe(executionId);
      await expect(open('Etc/GMT+12')).rejects.toThrow('lock timeout');
    });
    expect(await open('Etc/GMT+12')).toBe(executionId);
  });

  it('that waits while its execution is cancelled is refused, so many at a time', async () => {
    const campaignId = newId();
    const executionId = (await told('A1', campaignId))?.executionId ?? '';
    await told('A2', campaignId);
    await mutate(stage.graphql, 'cancelExecution', 'CancelExecutionInput', 'execution { id }', {
      ...{ id: executionId, reason: 'Too early' },
    });
    await stage.app.get(CancelExecution, { strict: false }).carryOut(executionId);
    const refused = { outcome: 'REFUSED', reason: 'The execution was cancelled' };
    await sweep(1);
    expect(await journal(executionId)).toEqual(
      expect.arrayContaining([
        { ...refused, waiting: 1 },
        { outcome: 'TRIGGERED', reason: null, waiting: 1 },
      ]),
    );
    await sweep(1);
    expect(await journal(executionId)).toEqual([
      { ...refused, waiting: 0 },
      { ...refused, waiting: 0 },
    ]);
  });

  it('for a campaign that was cancelled before its first call of the day is refused, unless it was made later', async () => {
    const campaignId = newId();
    const refused = { outcome: 'REFUSED', executionId: null, reason: expect.stringContaining('Optimove cancelled') };
    const cancelledAt = at(0);
    await cancelled(campaignId, cancelledAt);
    expect(await told('A1', campaignId)).toMatchObject(refused);
    expect(await told('A1', campaignId, cancelledAt)).toMatchObject(refused);
    expect(await executionsOf(campaignId)).toEqual([]);
    const together = await Promise.all([
      told('A1', campaignId),
      told('A1', campaignId, at(10)),
      told('A1', campaignId, at(-10)),
    ]);
    expect(together).toMatchObject([refused, { outcome: 'TRIGGERED' }, refused]);
    const [execution] = await executionsOf(campaignId);
    expect(await told('A2', campaignId, at(10))).toMatchObject({ outcome: 'TRIGGERED', executionId: execution?.id });
    expect(await told('A2', campaignId)).toMatchObject(refused);
  });

  it('without a time stamp is heard on the day after a cancellation, and one that was made before is not', async () => {
    const campaignId = newId();
    const dayBefore = at(-86_400);
    await cancelled(campaignId, dayBefore);
    expect(await told('A1', campaignId, dayBefore)).toMatchObject({ outcome: 'REFUSED' });
    expect(await told('A2', campaignId)).toMatchObject({ outcome: 'TRIGGERED' });
    expect(await told('A3', campaignId, at(-86_401))).toMatchObject({ outcome: 'REFUSED' });
  });

  it('after a restart of its cancelled campaign is taken in at once, and one from before the cancellation is refused', async () => {
    const [campaignId, other] = [newId(), newId()];
    const [before, since] = [at(-1), at(10)];
    const [first, elsewhere] = [await told('A', campaignId, before), await told('A', other)];
    expect(await drained(first?.executionId ?? '')).toEqual(['A']);
    await cancelled(campaignId, at(0));
    const [open, second, late, unsaid] = await Promise.all([
      told('B', other),
      told('B', campaignId, since),
      told('A', campaignId, before),
      told('C', campaignId),
    ]);
    expect(open).toMatchObject({ outcome: 'TRIGGERED', executionId: elsewhere?.executionId });
    expect(second).toMatchObject({ outcome: 'TRIGGERED' });
    expect([late, unsaid]).toMatchObject([{ outcome: 'REFUSED' }, { outcome: 'REFUSED' }]);
    expect(await executionsOf(campaignId)).toEqual([{ id: first?.executionId }, { id: second?.executionId }]);
    expect(await drained(second?.executionId ?? '')).toEqual(['B']);
    const outcomes = await stage.database.query(
      `SELECT outcome FROM callback_journal WHERE optimove_campaign_id = $1 AND kind = 'event-11' ORDER BY outcome`,
      [campaignId],
    );
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['REFUSED', 'REFUSED', 'TRIGGERED', 'TRIGGERED']);
  });

  it('is written in one statement while its execution is open, and in a second one where that is not', async () => {
    const append = jest.spyOn(stage.app.get(JournalRepository, { strict: false }), 'appendTriggered');
    try {
      const campaignId = newId();
      const executionId = (await told('A', campaignId))?.executionId ?? '';
      await told('B', campaignId);
      expect(append).toHaveBeenCalledTimes(2);
      await mutate(stage.graphql, 'cancelExecution', 'CancelExecutionInput', 'execution { id }', {
        ...{ id: executionId, reason: 'Too early' },
      });
      expect(await told('C', campaignId)).toMatchObject({ outcome: 'REFUSED', executionId });
      expect(append).toHaveBeenCalledTimes(4);
    } finally {
      jest.restoreAllMocks();
    }
  });

  it('of somebody who is erased while it waits gets no place, and those of others do', async () => {
    const campaignId = newId();
    const executionId = (await told('leaves', campaignId))?.executionId ?? '';
    await told('stays', campaignId);
    await mutate(stage.graphql, 'eraseProfile', 'EraseProfileInput', 'taskId', { userId: 'leaves', isFinal: true });
    const [erasure] = await stage.database.query<{ id: string }>('SELECT id FROM erasure');
    await stage.app.get(ErasePerson, { strict: false }).run(erasure?.id ?? '');
    expect(await drained(executionId)).toEqual(['stays']);
    expect((await journal(executionId))[0]).toMatchObject({ waiting: 0 });
    const people = await stage.database.query('SELECT customer_id AS id FROM recipient WHERE execution_id = $1', [
      executionId,
    ]);
    expect(people).toEqual([{ id: 'stays' }]);
  });

  it('for a withdrawn campaign is refused, and taken again from the moment that it is resumed', async () => {
    const publication = (state: string): Promise<unknown> =>
      stage.database.query('UPDATE template_publication SET state = $1', [state]);
    const [before] = await stage.database.query<{ state: string }>('SELECT state FROM template_publication');
    await publication('WITHDRAWN');
    await eventually('the withdrawal is heard of', async () => (await told('A1'))?.outcome === 'REFUSED');
    await publication(before?.state ?? '');
    expect(await told('A1')).toMatchObject({ outcome: 'TRIGGERED' });
  });

  it('for a channel that was removed is refused as soon as that is heard of', async () => {
    expect(await told('A1')).toMatchObject({ outcome: 'TRIGGERED' });
    let isHeard = false;
    await stage.app.get(Notifications).listen(channelRemovals, () => {
      isHeard = true;
    });
    await mutate(stage.graphql, 'removeChannel', 'RemoveChannelInput', 'channel { id }', { id: campaign.channelId });
    await eventually('the removal is heard of', () => isHeard);
    expect(await told('A1')).toMatchObject({
      ...{ outcome: 'REFUSED', executionId: null },
      reason: expect.stringContaining(String(optimoveChannelId)),
    });
  });
});

function stampOf(at: Date): string {
  return at.toISOString().slice(0, 19).replace('T', ' ');
}
