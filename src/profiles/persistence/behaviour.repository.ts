import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import {
  type Behaviour,
  behaviourCountsMs,
  behaviourProblem,
  type CampaignDeedRow,
  type RefusedBehaviour,
} from '../domain/behaviour';

const forgottenAtOnce = 10_000;

/** What people did: events, tags, and their answers to past campaigns. */
@Injectable()
export class BehaviourRepository {
  /** Stores a batch by one statement. Partitions of the months it touches are made as needed. */
  async add(
    tx: Tx,
    projectId: string,
    { kind, batch }: { kind: 'EVENT' | 'TAG'; batch: Behaviour[] },
  ): Promise<RefusedBehaviour[]> {
    const now = new Date();
    const refused: RefusedBehaviour[] = [];
    const good = batch.filter((each, index) => {
      const reason = behaviourProblem(each, now);
      if (reason) refused.push({ index, reason });
      return reason === null;
    });
    if (good.length === 0) return refused;
    const times = good.map(({ occurredAt }) => occurredAt.toISOString());
    await query(
      tx,
      `SELECT ensure_behaviour_partition(m) FROM (
         SELECT DISTINCT date_trunc('month', t, 'UTC') AS m FROM unnest($1::timestamptz[]) AS t ORDER BY 1) AS months`,
      [times],
    );
    await query(
      tx,
      `INSERT INTO behaviour (project_id, profile_id, kind, name, occurred_at, device_id, value)
       SELECT $1, b.profile_id, $2, b.name, b.occurred_at, b.device_id, b.value::jsonb
       FROM unnest($3::uuid[], $4::text[], $5::timestamptz[], $6::uuid[], $7::text[])
         AS b(profile_id, name, occurred_at, device_id, value)`,
      [
        projectId,
        kind,
        good.map(({ profileId }) => profileId),
        good.map(({ name }) => name),
        times,
        good.map(({ deviceId }) => deviceId ?? null),
        good.map(({ value }) => (value === undefined ? null : JSON.stringify(value))),
      ],
    );
    return refused;
  }

  /** The last time of each event that no installation reported. */
  async lastOfServer(
    tx: Tx,
    projectId: string,
    { profileId, names }: { profileId: string; names: string[] },
  ): Promise<Map<string, Date>> {
    if (names.length === 0) return new Map();
    const rows = await query<{ name: string; at: Date }>(
      tx,
      `SELECT name, max(occurred_at) AS at FROM behaviour
       WHERE project_id = $1 AND profile_id = $2 AND kind = 'EVENT' AND name = ANY($3::text[]) AND device_id IS NULL
       GROUP BY name`,
      [projectId, profileId, names],
    );
    return new Map(rows.map(({ name, at }) => [name, at]));
  }

  /** Remembers the last time of each deed. Storing a batch again changes nothing. */
  async addDeeds(tx: Tx, projectId: string, deeds: CampaignDeedRow[]): Promise<void> {
    if (deeds.length === 0) return;
    await query(
      tx,
      `INSERT INTO campaign_deed AS c (project_id, profile_id, campaign_id, deed, medium, last_at)
       SELECT $1, d.profile_id, d.campaign_id, d.deed, d.medium, max(d.at)
       FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[])
         AS d(profile_id, campaign_id, deed, medium, at)
       GROUP BY 2, 3, 4, 5 ORDER BY 3, 4, 2, 5
       ON CONFLICT ON CONSTRAINT pk_campaign_deed DO UPDATE SET last_at = excluded.last_at
       WHERE c.last_at < excluded.last_at`,
      [
        projectId,
        deeds.map(({ profileId }) => profileId),
        deeds.map(({ campaignId }) => campaignId),
        deeds.map(({ deed }) => deed),
        deeds.map(({ medium }) => medium),
        deeds.map(({ at }) => at.toISOString()),
      ],
    );
  }

  /** Makes room for the month of an instant. */
  async ensureMonth(tx: Tx, instant: Date): Promise<void> {
    await query(tx, 'SELECT ensure_behaviour_partition($1)', [instant]);
  }

  /** Drops months, and answers to campaigns, that lie wholly too far back to count. */
  async forget(tx: Tx, now: Date): Promise<void> {
    const oldest = new Date(now.getTime() - behaviourCountsMs);
    await query(tx, 'SELECT drop_behaviour_before($1)', [oldest]);
    while ((await this.forgetDeeds(tx, oldest)) === forgottenAtOnce);
  }

  private forgetDeeds(tx: Tx, oldest: Date): Promise<number> {
    return execute(
      tx,
      `DELETE FROM campaign_deed WHERE ctid IN (SELECT ctid FROM campaign_deed WHERE last_at < $1 LIMIT ${forgottenAtOnce})`,
      [oldest],
    );
  }
}
