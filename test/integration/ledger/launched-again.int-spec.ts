import { Transactions } from '@libs/platform';
import type { AcceptedCall } from '../../../src/campaigns/execution/accept-callback';
import { AnnounceCampaign } from '../../../src/campaigns/execution/announce-campaign';
import { type ContentStage, setStage } from '../content/stage';
import { bringCallback } from './bring-callback';
import { connectStage } from './connect-stage';

const day = '2026-05-04';

interface Launched {
  launch: number;
  engagement: string | null;
  isCancelled: boolean;
}

describe('a campaign that was cancelled', () => {
  let stage: ContentStage;
  let connectionId: string;
  let channelId: string;
  let CampaignID = 0;

  beforeAll(async () => {
    stage = await setStage();
    ({ connectionId, channelId } = await connectStage(stage, 'Again'));
  }, 120_000);
  afterAll(() => stage?.close());
  beforeEach(() => {
    CampaignID += 1;
  });

  const call = (EventTypeID: number, time: string, and: object = {}): Promise<AcceptedCall | null> =>
    bringCallback(stage, {
      ...{ connectionId, EventTypeID, CampaignID, TimeStamp: `${day} ${time}`, and },
      receivedAt: new Date(`${day}T${time}Z`),
    });
  const announcementOfDay = () => ({
    ...{ projectId: stage.projectId, connectionId, channelId, runDate: day },
    ...{ optimoveChannelId: 506, optimoveCampaignId: String(CampaignID) },
  });
  const launches = (): Promise<Launched[]> =>
    stage.database.query(
      `SELECT launch, engagement_id AS engagement, cancel_requested_at IS NOT NULL AS "isCancelled" FROM execution
       WHERE connection_id = $1 AND optimove_campaign_id = $2 ORDER BY id`,
      [connectionId, String(CampaignID)],
    );

  it('is not cancelled once more by a repeat, nor is a later day by a cancellation that comes late', async () => {
    const found = async (time: string): Promise<unknown> => {
      const heard = {
        ...{ source: 'SWEEP' as const, stamp: `${day} 00:00:00`, saidAt: new Date(`${day}T00:00Z`) },
        receivedAt: new Date(`${day}T${time}Z`),
      };
      const announce = stage.app.get(AnnounceCampaign, { strict: false });
      return stage.app.get(Transactions).run((tx) => announce.run(tx, announcementOfDay(), heard));
    };
    const dayBefore = { TimeStamp: '2026-05-03 16:00:00' };
    await call(4, '07:00:00', dayBefore);
    await found('08:00:00');
    expect(await call(4, '08:01:00', dayBefore)).toMatchObject({ reason: '0 executions stopped' });
    expect(await call(4, '08:02:00', { TimeStamp: '2026-05-03 17:00:00' })).toMatchObject({
      reason: '0 executions stopped',
    });
    expect(await call(4, '08:03:00')).toMatchObject({ reason: '1 executions stopped' });
  });

  describe('by somebody here, where the clock of Optimove is ahead', () => {
    /** Two hours ahead. */
    const ahead = (EventTypeID: number, time: string, TimeStamp: string): Promise<AcceptedCall | null> =>
      call(EventTypeID, time, { TimeStamp: `${day} ${TimeStamp}` });
    const cancelledAt = (time: string): Promise<unknown> =>
      stage.database.query(
        `UPDATE execution SET state = 'CANCELLED', cancel_requested_at = $3
         WHERE connection_id = $1 AND optimove_campaign_id = $2`,
        [connectionId, String(CampaignID), new Date(`${day}T${time}Z`)],
      );

    it('is not launched again by a repeat', async () => {
      await ahead(13, '09:00:01', '11:00:00');
      await cancelledAt('09:20:00');
      expect(await ahead(13, '09:21:00', '11:00:00')).toMatchObject({ outcome: 'CANCELLED' });
      expect(await ahead(13, '09:30:00', '11:30:00')).toMatchObject({ outcome: 'ANNOUNCED' });
      expect((await launches()).map(({ launch }) => launch)).toEqual([1, 2]);
    });

    it('is not launched again by what had come before, such as an event 1 that is followed up afterwards', async () => {
      await ahead(13, '09:00:01', '11:00:00');
      await cancelledAt('09:05:00');
      const announcement = announcementOfDay();
      const heard = {
        ...{ source: '1' as const, stamp: `${day} 11:00:02`, saidAt: new Date(`${day}T11:00:02Z`) },
        receivedAt: new Date(`${day}T09:00:03Z`),
      };
      const announce = stage.app.get(AnnounceCampaign, { strict: false });
      const announced = await stage.app.get(Transactions).run((tx) => announce.run(tx, announcement, heard));
      expect(announced?.outcome).toBe('CANCELLED');
      expect(await launches()).toHaveLength(1);
    });
  });

  describe('and came in files', () => {
    const engaged = (time: string, engagement: string): Promise<AcceptedCall | null> =>
      call(14, time, {
        EngagementID: engagement,
        ...{ BucketName: 'engagements', CustomersFolderPath: 'a/customers', MetadataFilePath: 'a/metadata' },
      });
    /** Numbers of engagements are never used again. */
    const numbered = (name: string): string => `${CampaignID}-${name}`;

    it('is launched again by further engagements, which know one another', async () => {
      await engaged('09:00:00', numbered('a'));
      await engaged('09:00:00', numbered('b'));
      expect(await call(4, '09:30:00')).toMatchObject({ reason: '2 executions stopped' });
      expect(await engaged('10:00:00', numbered('c'))).toMatchObject({ outcome: 'ANNOUNCED' });
      expect(await engaged('10:00:00', numbered('d'))).toMatchObject({ outcome: 'ANNOUNCED' });
      expect(await launches()).toEqual([
        { launch: 1, engagement: numbered('a'), isCancelled: true },
        { launch: 1, engagement: numbered('b'), isCancelled: true },
        { launch: 2, engagement: numbered('c'), isCancelled: false },
        { launch: 2, engagement: numbered('d'), isCancelled: false },
      ]);
    });

    it('is launched again by the same engagement, and not by a repeat', async () => {
      await engaged('09:00:00', numbered('a'));
      await call(4, '09:30:00');
      expect(await engaged('09:00:00', numbered('a'))).toMatchObject({ outcome: 'CANCELLED' });
      expect(await engaged('10:00:00', numbered('a'))).toMatchObject({ outcome: 'ANNOUNCED' });
      expect(await engaged('10:00:00', numbered('a'))).toMatchObject({ outcome: 'ANNOUNCED' });
      expect(await launches()).toEqual([
        { launch: 1, engagement: numbered('a'), isCancelled: true },
        { launch: 2, engagement: numbered('a'), isCancelled: false },
      ]);
    });

    it('is launched again by event 13, and one that the API listed by files', async () => {
      await engaged('09:00:00', numbered('a'));
      await call(4, '09:30:00');
      expect(await call(13, '09:10:00')).toMatchObject({ outcome: 'CANCELLED' });
      expect(await call(13, '10:00:00')).toMatchObject({ outcome: 'ANNOUNCED' });
      expect(await engaged('10:00:00', numbered('b'))).toMatchObject({ outcome: 'REFUSED' });
      await call(4, '10:30:00');
      expect(await engaged('10:00:00', numbered('c'))).toMatchObject({ outcome: 'CANCELLED' });
      expect(await engaged('11:00:00', numbered('d'))).toMatchObject({ outcome: 'ANNOUNCED' });
      expect(await launches()).toEqual([
        { launch: 1, engagement: numbered('a'), isCancelled: true },
        { launch: 2, engagement: null, isCancelled: true },
        { launch: 3, engagement: numbered('d'), isCancelled: false },
      ]);
    });

    it('has nothing of an engagement that was said before and comes first after it', async () => {
      await call(4, '09:30:00');
      expect(await engaged('09:00:00', numbered('a'))).toMatchObject({ outcome: 'CANCELLED' });
      expect(await launches()).toEqual([{ launch: 1, engagement: numbered('a'), isCancelled: true }]);
    });
  });
});
