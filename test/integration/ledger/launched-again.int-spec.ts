import type { AcceptedCall } from '../../../src/campaigns/execution/accept-callback';
import { mutate } from '../../support/campaign-stage';
import { type ContentStage, setStage } from '../content/stage';
import { bringCallback } from './bring-callback';

const day = '2026-05-04';

interface Launched {
  launch: number;
  engagement: string | null;
  isCancelled: boolean;
}

describe('a campaign that was cancelled', () => {
  let stage: ContentStage;
  let connectionId: string;
  let CampaignID = 0;

  beforeAll(async () => {
    stage = await setStage();
    const { endpoint, apiToken } = await stage.control<{ endpoint: string; apiToken: string }>('POST', '/tenants', {
      name: 'Again',
    });
    const { connection } = await mutate<{ connection: { id: string } }>(
      stage.graphql,
      'createConnection',
      'CreateConnectionInput',
      'connection { id }',
      { name: 'Again', endpoint, apiToken },
    );
    connectionId = connection.id;
    const channel = { connectionId, kind: 'MOBILE_PUSH', name: 'Xtremepush' };
    await mutate(stage.graphql, 'addChannel', 'AddChannelInput', 'channel { id }', channel);
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
  const launches = (): Promise<Launched[]> =>
    stage.database.query(
      `SELECT launch, engagement_id AS engagement, cancel_requested_at IS NOT NULL AS "isCancelled" FROM execution
       WHERE connection_id = $1 AND optimove_campaign_id = $2 ORDER BY id`,
      [connectionId, String(CampaignID)],
    );

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
