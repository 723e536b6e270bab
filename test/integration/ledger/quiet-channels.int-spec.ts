import { newId } from '@libs/foundation';
import {
  ChannelAlarmRepository,
  type ChannelOfConnection,
  type QuietChannel,
} from '../../../src/campaigns/persistence/ledger/channel-alarm.repository';
import { type LedgerStage, setStage } from './stage';

/** A zone in which it is about noon, so that the day is old enough to be judged. */
const hour = new Date().getUTCHours();
const timeZone = hour === 12 ? 'Etc/GMT' : `Etc/GMT${hour > 12 ? '+' : '-'}${Math.abs(hour - 12)}`;

describe('a channel that Optimove announces campaigns on', () => {
  let stage: LedgerStage;
  const alarms = new ChannelAlarmRepository();
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage?.close());

  /** A channel with so many campaigns two hours before this time of the day, so many days ago. */
  async function channelWith(campaigns: { daysAgo: number[]; each: number }): Promise<string> {
    const channelId = newId();
    for (const daysAgo of campaigns.daysAgo) {
      for (let number = 0; number < campaigns.each; number += 1) {
        await stage.database.query(
          `INSERT INTO execution (id, project_id, connection_id, channel_id, optimove_channel_id, optimove_campaign_id,
             run_date, announced_at)
           VALUES ($1::uuid, $2, $3, $4, 506, $1::uuid::text, current_date - $5::int, now() - $5::int * interval '1 day' - interval '2 hours')`,
          [newId(), stage.projectId, newId(), channelId, daysAgo],
        );
      }
    }
    return channelId;
  }
  const quiet = (channelId: string): Promise<QuietChannel[]> =>
    alarms.quiet(stage.transactions.pool, { channelIds: [channelId], timeZone });

  const quietOf = async (connectionId: string): Promise<(QuietChannel & ChannelOfConnection)[]> => {
    const found = await quiet(await channelWith({ daysAgo: [7, 14, 21], each: 1 }));
    return found.map((channel) => ({ ...channel, connectionId }));
  };
  const named = ({ connectionId, channelId }: ChannelOfConnection): object => ({ connectionId, channelId });

  it('is quiet when it had campaigns on this weekday and has none today', async () => {
    const channelId = await channelWith({ daysAgo: [7, 14, 21], each: 2 });
    expect(await quiet(channelId)).toMatchObject([{ channelId, usual: 2, announced: 0 }]);
  });

  it('is quiet when every day of a week had some and today has none', async () => {
    const channelId = await channelWith({ daysAgo: [1, 2, 3, 4, 5, 6, 7], each: 1 });
    expect(await quiet(channelId)).toMatchObject([{ channelId, usual: 1, announced: 0 }]);
  });

  it('is quiet with less than half of what is usual, and not with half', async () => {
    const [some, half] = [
      await channelWith({ daysAgo: [7, 14, 21, 28], each: 4 }),
      await channelWith({ daysAgo: [7, 14, 21, 28], each: 2 }),
    ];
    const announce = (channelId: string) =>
      stage.database.query(
        `INSERT INTO execution (id, project_id, connection_id, channel_id, optimove_channel_id, optimove_campaign_id, run_date)
         VALUES ($1, $2, $3, $4, 506, 'today', current_date)`,
        [newId(), stage.projectId, newId(), channelId],
      );
    await announce(some);
    await announce(half);
    expect(await quiet(some)).toMatchObject([{ usual: 4, announced: 1 }]);
    expect(await quiet(half)).toEqual([]);
  });

  it('is not judged by a few days', async () => {
    expect(await quiet(await channelWith({ daysAgo: [1, 2, 3, 7, 14], each: 3 }))).toEqual([]);
  });

  it('keeps no alarm for ever: what is over goes after a month', async () => {
    const kept = async (): Promise<number> => (await stage.database.query('SELECT 1 FROM channel_alarm')).length;
    await stage.database.query(
      `INSERT INTO channel_alarm (connection_id, channel_id, run_date, is_quiet)
       SELECT $1, gen_random_uuid(), current_date - n, n = 31 FROM generate_series(30, 32) AS n`,
      [newId()],
    );
    await alarms.raise(stage.transactions.pool, []);
    expect(await kept()).toBe(2);
    await alarms.raise(stage.transactions.pool, []);
    expect(await kept()).toBe(1);
    await stage.database.query('DELETE FROM channel_alarm');
  });

  it('raises one alarm a day', async () => {
    const found = await quietOf(newId());
    expect(await alarms.raise(stage.transactions.pool, found)).toEqual(found.map(({ channelId }) => channelId));
    expect(await alarms.raise(stage.transactions.pool, found)).toEqual([]);
  });

  it('counts as quiet, as long as it is, by the alarm', async () => {
    const { pool } = stage.transactions;
    const [one, other] = [await quietOf(newId()), await quietOf(newId())];
    await alarms.raise(pool, [...one, ...other]);
    expect(await alarms.raised(pool)).toEqual([...one, ...other].map(named));
    await alarms.raise(pool, other);
    expect(await alarms.raised(pool)).toEqual(other.map(named));
    expect(await alarms.raise(pool, one)).toEqual([]);
    expect(await alarms.raised(pool)).toEqual(one.map(named));
    await alarms.raise(
      pool,
      [],
      one.map(({ connectionId }) => connectionId),
    );
    expect(await alarms.raised(pool)).toEqual(one.map(named));
    await alarms.raise(pool, []);
    expect(await alarms.raised(pool)).toEqual([]);
  });
});
