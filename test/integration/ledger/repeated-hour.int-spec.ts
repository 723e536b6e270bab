import { systemClock } from '@libs/foundation';
import type { OptimoveClient } from '@libs/optimove-client';
import { ConnectionsService } from '@modules/connections';
import type { QueryRunner } from 'typeorm';
import { InstantsOfCancellations1795420000470 } from '../../../migrations/1795420000470-instants-of-cancellations';
import type { AcceptedCall } from '../../../src/campaigns/execution/accept-callback';
import { FindMissed } from '../../../src/campaigns/execution/find-missed';
import { type ContentStage, setStage } from '../content/stage';
import { bringCallback } from './bring-callback';
import { connectStage } from './connect-stage';

/** On this day Vienna's clocks show the time from 02:00 to 03:00 twice: first two hours ahead of UTC, then one. */
const day = '2026-10-25';

describe('callbacks in the hour that autumn repeats', () => {
  let stage: ContentStage;
  let connectionId: string;
  let campaigns = 0;
  let CampaignID: number;

  beforeAll(async () => {
    stage = await setStage();
    ({ connectionId } = await connectStage(stage, 'Autumn', { timeZone: 'Europe/Vienna' }));
  }, 120_000);
  afterAll(() => stage?.close());
  beforeEach(() => {
    campaigns += 1;
    CampaignID = campaigns;
  });

  const call = (EventTypeID: number, timeStamp: string, atUtc: string): Promise<AcceptedCall | null> =>
    bringCallback(stage, {
      ...{ connectionId, EventTypeID, CampaignID, TimeStamp: `${day} ${timeStamp}` },
      receivedAt: new Date(`${day}T${atUtc}Z`),
    });
  const launches = (): Promise<{ launch: number; isCancelled: boolean }[]> =>
    stage.database.query(
      `SELECT launch, cancel_requested_at IS NOT NULL AS "isCancelled" FROM execution
       WHERE connection_id = $1 AND optimove_campaign_id = $2 ORDER BY launch`,
      [connectionId, String(CampaignID)],
    );

  it('cancel what was announced before them, though its time stamp is later', async () => {
    await call(13, '02:50:00', '00:50:01');
    expect(await call(4, '02:15:00', '01:15:01')).toMatchObject({ reason: '1 executions stopped' });
    expect(await launches()).toEqual([{ launch: 1, isCancelled: true }]);
  });

  it('launch again after a cancellation, though its time stamp is later', async () => {
    await call(13, '02:10:00', '00:10:01');
    await call(4, '02:40:00', '00:40:01');
    expect(await call(13, '02:20:00', '01:20:01')).toMatchObject({ outcome: 'ANNOUNCED' });
    expect(await launches()).toEqual([
      { launch: 1, isCancelled: true },
      { launch: 2, isCancelled: false },
    ]);
  });

  it('leave alone what was announced after them, though they arrive last', async () => {
    await call(13, '02:20:00', '01:20:01');
    expect(await call(4, '02:50:00', '01:21:00')).toMatchObject({ reason: '0 executions stopped' });
    expect(await launches()).toEqual([{ launch: 1, isCancelled: false }]);
  });

  it('are not launched by what was announced before their cancellation and arrives after it', async () => {
    await call(4, '02:30:00', '01:30:01');
    expect(await call(13, '02:50:00', '01:31:00')).toMatchObject({ outcome: 'CANCELLED' });
    expect(await launches()).toEqual([{ launch: 1, isCancelled: true }]);
  });

  it.each([
    ['25 hours, late in the evening', '2026-10-25T22:30:00Z', ['2026-10-25', '2026-10-24']],
    ['23 hours, early on the next day', '2027-03-28T22:30:00Z', ['2027-03-29', '2027-03-28']],
  ])('that never came are looked for on both days, around one of %s', async (_name, now, days) => {
    const asked: string[] = [];
    const client = {
      getExecutedCampaignsByChannel: async ({ date }: { date: string }) => {
        asked.push(date);
        return [];
      },
    };
    jest.spyOn(stage.app.get(ConnectionsService), 'clientFor').mockResolvedValue(client as unknown as OptimoveClient);
    jest.spyOn(systemClock, 'now').mockReturnValue(new Date(now));
    try {
      await stage.app.get(FindMissed, { strict: false }).run(connectionId);
    } finally {
      jest.restoreAllMocks();
    }
    expect(asked).toEqual(days);
  });

  it('are stamps of their own zone again when the migration is taken back', async () => {
    await call(13, '12:00:00', '11:00:01');
    await call(4, '12:30:00', '11:30:01');
    const migration = new InstantsOfCancellations1795420000470();
    const runner = { query: (sql: string) => stage.database.query(sql) } as unknown as QueryRunner;
    const ofCampaign = [connectionId, String(CampaignID)];
    const stamps = async (): Promise<unknown[]> => [
      await stage.database.query(
        'SELECT cancelled_stamp FROM execution WHERE connection_id = $1 AND optimove_campaign_id = $2',
        ofCampaign,
      ),
      await stage.database.query(
        'SELECT cancelled_at FROM campaign_cancellation WHERE connection_id = $1 AND optimove_campaign_id = $2',
        ofCampaign,
      ),
    ];
    await migration.down(runner);
    try {
      expect(await stamps()).toEqual([[{ cancelled_stamp: `${day} 12:30:00` }], [{ cancelled_at: `${day} 12:30:00` }]]);
    } finally {
      await migration.up(runner);
    }
    expect(await launches()).toEqual([{ launch: 1, isCancelled: true }]);
  });
});
