import { newId } from '@libs/foundation';
import { Notifications, Transactions } from '@libs/platform';
import { DrainTriggered } from '../../../src/campaigns/execution/drain-triggered';
import { GivingWay, lateChannel } from '../../../src/campaigns/execution/giving-way';
import { TriggeredDayRepository } from '../../../src/campaigns/persistence/ledger/triggered-day.repository';
import type { CampaignStage } from '../../support/campaign-stage';
import { eventually } from '../../support/eventually';
import type { ContentStage } from '../content/stage';
import { bringCallback } from './bring-callback';
import { setTriggeredStage } from './triggered-stage';

describe('triggered messages', () => {
  let stage: ContentStage;
  let campaign: CampaignStage;
  beforeAll(async () => {
    ({ stage, campaign } = await setTriggeredStage());
  });
  afterAll(() => stage?.close());

  /** Drains one callback that came so many seconds ago. */
  const drain = async (secondsAgo: number): Promise<void> => {
    const { connectionId, channelId, templateId } = campaign;
    const transactions = stage.app.get(Transactions);
    const announcement = {
      ...{ projectId: stage.projectId, connectionId, channelId, optimoveChannelId: 511, optimoveCampaignId: newId() },
      runDate: new Date().toISOString().slice(0, 10),
    };
    const calls = { timeZone: 'Etc/GMT+12', connectionIds: [connectionId], saidAt: [null] };
    const { executionId } = await transactions.run((tx) =>
      stage.app.get(TriggeredDayRepository).open(tx, announcement, calls),
    );
    const id = executionId ?? '';
    const body = { eventTypeID: 11, customerID: 'A1', campaignID: 'c', channelID: 511, templateID: Number(templateId) };
    await stage.database.query(
      `WITH kept AS (
         INSERT INTO callback_journal (project_id, connection_id, kind, body, outcome, execution_id, received_at)
         VALUES ($1, $2, 'event-11', $3, 'TRIGGERED', $4, now() - $5 * interval '1 second') RETURNING id, execution_id, received_at
       )
       INSERT INTO callback_waiting (journal_id, execution_id, received_at) SELECT * FROM kept`,
      [stage.projectId, connectionId, Buffer.from(JSON.stringify(body)), id, secondsAgo],
    );
    const sent: number[] = [];
    const holder = newId();
    await stage.app.get(DrainTriggered).run(id, {
      holder,
      send: async ({ open }) => void sent.push(open.length),
    });
    expect(sent).toEqual([1]);
  };

  const listening = async () => {
    const heard: number[] = [];
    const stop = await stage.app.get(Notifications).listen(lateChannel, (lagMs) => heard.push(Number(lagMs)));
    return { heard, stop };
  };

  it('that are late are told of to all workers, and no others', async () => {
    const { heard, stop } = await listening();
    await drain(0);
    await eventually('the late one is heard of', async () => {
      await drain(3);
      return heard.some((lagMs) => lagMs >= 3_000);
    });
    expect(heard.filter((lagMs) => lagMs < 500)).toEqual([]);
    stop();
  });

  it('that waited for something else than bulk are told of no more than those in time', async () => {
    const { heard, stop } = await listening();
    const way = new GivingWay(stage.app.get(Transactions), stage.app.get(Notifications));
    way.excuse('limited');
    await way.tell({ connectionId: 'limited', lagMs: 4_001 });
    await way.tell({ connectionId: 'other', lagMs: 4_002 });
    const slow = new GivingWay(stage.app.get(Transactions), stage.app.get(Notifications));
    slow.excuse(null);
    await slow.tell({ connectionId: 'other', lagMs: 4_003 });
    await eventually('the other is heard of', () => heard.includes(4_002));
    await stage.app.get(Notifications).notify(stage.app.get(Transactions).pool, lateChannel, '4004');
    await eventually('whatever was told is heard', () => heard.includes(4_004));
    expect(heard.filter((lagMs) => lagMs > 4_000)).toEqual([4_002, 4_004]);
    stop();
  });

  it('whose callers wait for their answers are told of too', async () => {
    const { heard, stop } = await listening();
    const way = new GivingWay(stage.app.get(Transactions), stage.app.get(Notifications));
    await way.tellAnswered(99, 39);
    await way.tellAnswered(39, 64);
    await eventually('the long wait is heard of', async () => {
      await bringCallback(stage, {
        ...{ connectionId: campaign.connectionId, EventTypeID: 11, CampaignID: newId() },
        and: { CustomerID: 'A2', ChannelID: 511, TemplateID: Number(campaign.templateId) },
        receivedAt: new Date(Date.now() - 6_000),
      });
      return heard.some((waitedMs) => waitedMs >= 6_000);
    });
    const crowd = new GivingWay(stage.app.get(Transactions), stage.app.get(Notifications));
    await crowd.tellAnswered(41, 40);
    await eventually('the crowd is heard of', () => heard.includes(41));
    expect(heard.filter((waitedMs) => waitedMs === 99 || waitedMs === 39)).toEqual([]);
    stop();
  });

  it('make lists wait between their pages while they are late, and only then', async () => {
    const way = stage.app.get(GivingWay);
    const turn = (): Promise<unknown> => new Promise((resolve) => setImmediate(resolve));
    const isOver = async (wait: Promise<void>): Promise<boolean> => {
      let over = false;
      void wait.then(() => {
        over = true;
      });
      await turn();
      return over;
    };
    expect(await isOver(way.pauseAfter(100))).toBe(true);
    way.hear();
    const wait = way.pauseAfter(100);
    expect(await isOver(wait)).toBe(false);
    await wait;
  });
});
