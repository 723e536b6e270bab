import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { ContactabilityRow } from '../domain/contactability';

const ofDevices = (medium: string, platforms: string) => `
  SELECT d.profile_id AS "profileId", '${medium}' AS medium, d.app_id AS "appId",
    bool_or(d.token IS NOT NULL AND d.is_addressable AND d.push_subscription <> 'UNSUBSCRIBED') AS "isContactable"
  FROM unnest($2::uuid[]) AS p(id) JOIN device d ON d.project_id = $1 AND d.profile_id = p.id AND d.platform ${platforms}
  GROUP BY GROUPING SETS ((d.profile_id), (d.profile_id, d.app_id)) HAVING GROUPING(d.app_id) = 1 OR d.app_id IS NOT NULL`;

const ofAddress = (medium: string, { subscription, address, isAlive }: Record<string, string>) => `
  SELECT p.id AS "profileId", '${medium}' AS medium, NULL::uuid AS "appId",
    p.${subscription} = 'SUBSCRIBED' AND p.${address} IS NOT NULL AND p.${isAlive} AS "isContactable"
  FROM profile p WHERE p.project_id = $1 AND p.id = ANY($2::uuid[])
    AND (p.${address} IS NOT NULL OR p.${subscription} <> 'NOT_SET')`;

const contactabilitySql = [
  ofDevices('MOBILE_PUSH', `<> 'WEB'`),
  ofDevices('WEB_PUSH', `= 'WEB'`),
  ofAddress('SMS', {
    subscription: 'sms_subscription',
    address: 'mobile_number',
    isAlive: 'is_mobile_number_addressable',
  }),
  ofAddress('EMAIL', { subscription: 'email_subscription', address: 'email', isAlive: 'is_email_addressable' }),
].join(' UNION ALL ');

/** Who can be contacted, and whose state of it may have changed. Triggers note changes of projects that are watched. */
@Injectable()
export class ContactabilityRepository {
  /** Changes that commit from now on are noted; those under way are not. */
  async watch(tx: Tx, projectId: string): Promise<void> {
    await execute(tx, 'INSERT INTO contact_watch (project_id) VALUES ($1) ON CONFLICT DO NOTHING', [projectId]);
  }

  async forget(tx: Tx, projectId: string): Promise<void> {
    await execute(tx, 'DELETE FROM contact_watch WHERE project_id = $1', [projectId]);
    await execute(tx, 'DELETE FROM contact_change WHERE project_id = $1', [projectId]);
  }

  /** Takes people out of the list of changes, each once, the longest waiting first. The caller's commit makes it final. */
  async take(tx: Tx, projectId: string, limit: number): Promise<string[]> {
    const rows = await query<{ profile_id: string }>(
      tx,
      `WITH taken AS (DELETE FROM contact_change WHERE id IN (
         SELECT id FROM contact_change WHERE project_id = $1 ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING profile_id)
       SELECT DISTINCT profile_id FROM taken`,
      [projectId, limit],
    );
    return rows.map((row) => row.profile_id);
  }

  /** Puts people on the list of changes of a watched project. */
  async note(tx: Tx, projectId: string, profileIds: string[]): Promise<void> {
    if (profileIds.length === 0) return;
    await execute(
      tx,
      `INSERT INTO contact_change (project_id, profile_id)
       SELECT w.project_id, p.id FROM contact_watch w, unnest($2::uuid[]) AS p(id) WHERE w.project_id = $1`,
      [projectId, profileIds],
    );
  }

  /** Ids of identified people after an id, in order. */
  async idsAfter(tx: Tx, projectId: string, { afterId, limit }: { afterId: string | null; limit: number }) {
    const rows = await query<{ id: string }>(
      tx,
      `SELECT id FROM profile WHERE project_id = $1 AND ($2::uuid IS NULL OR id > $2) AND user_id IS NOT NULL
       ORDER BY id LIMIT $3`,
      [projectId, afterId, limit],
    );
    return rows.map(({ id }) => id);
  }

  async countIdentified(tx: Tx, projectId: string): Promise<number> {
    const [row] = await query<{ count: number }>(
      tx,
      'SELECT count(*)::int AS count FROM profile WHERE project_id = $1 AND user_id IS NOT NULL',
      [projectId],
    );
    return row?.count ?? 0;
  }

  of(tx: Tx, projectId: string, profileIds: string[]): Promise<ContactabilityRow[]> {
    return query<ContactabilityRow>(tx, contactabilitySql, [projectId, profileIds]);
  }
}
