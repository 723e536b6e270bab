import { newId } from '@libs/foundation';
import { execute, query, type Tx } from '@libs/platform';
import type { EngagementNews } from '@modules/campaigns';
import type { ConnectionView } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import type { EngagementBatch } from '../domain/engagement';
import type { ExportFilter } from '../domain/export-filter';

/** The customers of a batch in the order in which they did it. */
export interface BatchCustomer {
  id: string;
  customerId: string;
  occurredAt: Date;
}

/** A customer's event as people download it. */
export interface ExportedEvent extends BatchCustomer {
  optimoveCampaignId: string;
  optimoveChannelId: number;
  optimoveTemplateId: string;
  event: string;
  batchId: string | null;
  /** That of the batch, or WAITING. */
  state: string;
  doubts: number;
  lastError: string | null;
}

interface BatchKey {
  optimoveCampaignId: string;
  optimoveChannelId: number;
  optimoveTemplateId: string;
  event: string;
  day: string;
}

/** For whom a batch is made, and how it will go out. */
type BatchOwner = Pick<EngagementBatch, 'projectId' | 'connectionId' | 'accountId' | 'road'>;

const mostKeys = 500;
const keyColumns = 'optimove_campaign_id, optimove_channel_id, optimove_template_id, event, day';

/** SQL: whether an event of a connection has waited for so many minutes. */
const hasWaited = (connectionId: string, minutes: string): string => `EXISTS (SELECT 1 FROM engagement_event e
  WHERE e.connection_id = ${connectionId} AND e.batch_id IS NULL AND e.taken_at <= now() - ${minutes} * interval '1 minute')`;

/** Engagement that Optimove is to be told of: one row for each customer and event, waiting or in a batch. */
@Injectable()
export class EngagementEventRepository {
  /** Has a connection tell of it, by days in its time zone. */
  async add(tx: Tx, { id, timeZone }: ConnectionView, news: EngagementNews[]): Promise<void> {
    await execute(
      tx,
      `INSERT INTO engagement_event (project_id, connection_id, account_id, optimove_campaign_id, optimove_channel_id,
         optimove_template_id, event, day, customer_id, occurred_at, closes_at)
       SELECT project_id, $11::uuid, account_id, campaign_id, channel_id, template_id, event, (occurred_at AT TIME ZONE $1)::date,
         customer_id, occurred_at, closes_at
       FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::int[], $6::text[], $7::text[], $8::text[], $9::timestamptz[], $10::timestamptz[])
         AS v(project_id, account_id, campaign_id, channel_id, template_id, event, customer_id, occurred_at, closes_at)`,
      [
        timeZone,
        news.map(({ projectId }) => projectId),
        news.map(({ accountId }) => accountId),
        news.map(({ optimoveCampaignId }) => optimoveCampaignId),
        news.map(({ optimoveChannelId }) => optimoveChannelId),
        news.map(({ optimoveTemplateId }) => optimoveTemplateId),
        news.map(({ kind }) => kind),
        news.map(({ customerId }) => customerId),
        news.map(({ occurredAt }) => occurredAt),
        news.map(({ closesAt }) => closesAt),
        id,
      ],
    );
  }

  /** Connections of which an event has waited for as long as they collect: one step in an index for each that has any. */
  async connectionsDue(tx: Tx, usualMinutes: number): Promise<string[]> {
    const next = (after: string): string =>
      `(SELECT connection_id FROM engagement_event WHERE batch_id IS NULL ${after} ORDER BY connection_id LIMIT 1)`;
    const rows = await query<{ id: string }>(
      tx,
      `WITH RECURSIVE c(id) AS (
         ${next('')} UNION ALL SELECT ${next('AND connection_id > c.id')} FROM c WHERE c.id IS NOT NULL
       ) SELECT c.id FROM c LEFT JOIN engagement_postback s ON s.connection_id = c.id
       WHERE ${hasWaited('c.id', 'coalesce(s.every_minutes, $1)')}`,
      [usualMinutes],
    );
    return rows.map(({ id }) => id);
  }

  /** Whether an event of the connection has waited for so long. */
  async isDue(
    tx: Tx,
    { connectionId, everyMinutes }: { connectionId: string; everyMinutes: number },
  ): Promise<boolean> {
    return (await query(tx, `SELECT 1 WHERE ${hasWaited('$1', '$2')}`, [connectionId, everyMinutes])).length > 0;
  }

  /** What is waiting for the account of a connection, by what goes into one call. */
  keys(tx: Tx, { id, accountId }: ConnectionView): Promise<BatchKey[]> {
    return query(
      tx,
      `SELECT optimove_campaign_id AS "optimoveCampaignId", optimove_channel_id AS "optimoveChannelId",
         optimove_template_id AS "optimoveTemplateId", event, day::text AS day
       FROM engagement_event WHERE connection_id = $1 AND account_id = $2 AND batch_id IS NULL
       GROUP BY ${keyColumns} ORDER BY min(id) LIMIT ${mostKeys}`,
      [id, accountId],
    );
  }

  /** Puts at most `limit` waiting customers of a key into a new batch, each of them once. @returns how many. */
  async fill(
    tx: Tx,
    { projectId, connectionId, accountId, road }: BatchOwner,
    { key, limit }: { key: BatchKey; limit: number },
  ): Promise<number> {
    const [row] = await query<{ customers: number }>(
      tx,
      `WITH chosen AS (
         SELECT DISTINCT ON (customer_id) id FROM engagement_event
         WHERE connection_id = $2 AND account_id = $11 AND batch_id IS NULL
           AND (${keyColumns}) = ($5, $6::int, $7, $8, $9::date)
         ORDER BY customer_id, id LIMIT $10
       ), filled AS (
         UPDATE engagement_event SET batch_id = $3 WHERE id IN (SELECT id FROM chosen) RETURNING closes_at
       ), made AS (
         INSERT INTO engagement_batch (id, project_id, connection_id, account_id, road, ${keyColumns}, customers, closes_at)
         SELECT $3::uuid, $1::uuid, $2::uuid, $11::uuid, $4, $5, $6::int, $7, $8, $9::date, count(*)::int, min(closes_at) FROM filled
         HAVING count(*) > 0 RETURNING customers
       ) SELECT customers FROM made`,
      [
        projectId,
        connectionId,
        newId(),
        road,
        key.optimoveCampaignId,
        key.optimoveChannelId,
        key.optimoveTemplateId,
        key.event,
        key.day,
        limit,
        accountId,
      ],
    );
    return row?.customers ?? 0;
  }

  ofBatch(tx: Tx, batchId: string): Promise<BatchCustomer[]> {
    return query(
      tx,
      `SELECT id, customer_id AS "customerId", occurred_at AS "occurredAt" FROM engagement_event
       WHERE batch_id = $1 ORDER BY id`,
      [batchId],
    );
  }

  /** A few customers of a batch whom no other batch for the account names for the same: what Optimove knows of them came by it. */
  async witnesses(tx: Tx, batchId: string, limit: number): Promise<string[]> {
    const rows = await query<{ id: string }>(
      tx,
      `SELECT e.customer_id AS id FROM engagement_event e JOIN engagement_batch b ON b.id = e.batch_id
       WHERE e.batch_id = $1 AND NOT EXISTS (
         SELECT 1 FROM engagement_event o JOIN engagement_batch p ON p.id = o.batch_id AND p.account_id = b.account_id
         WHERE o.project_id = e.project_id AND o.customer_id = e.customer_id
           AND o.batch_id <> e.batch_id AND (o.optimove_campaign_id, o.optimove_channel_id, o.optimove_template_id, o.event, o.day)
             = (e.optimove_campaign_id, e.optimove_channel_id, e.optimove_template_id, e.event, e.day))
       ORDER BY e.id LIMIT $2`,
      [batchId, limit],
    );
    return rows.map(({ id }) => id);
  }

  /** Customers of a connection's batches after an id, in order; null does not narrow. */
  page(
    tx: Tx,
    wanted: ExportFilter & { projectId: string; connectionId: string },
    { afterId, limit }: { afterId: string; limit: number },
  ): Promise<ExportedEvent[]> {
    return query(
      tx,
      `SELECT e.id, e.customer_id AS "customerId", e.optimove_campaign_id AS "optimoveCampaignId",
         e.optimove_channel_id AS "optimoveChannelId", e.optimove_template_id AS "optimoveTemplateId", e.event,
         e.occurred_at AS "occurredAt", e.batch_id AS "batchId", coalesce(b.state, 'WAITING') AS state,
         coalesce(b.doubts, 0) AS doubts, b.last_error AS "lastError"
       FROM engagement_event e LEFT JOIN engagement_batch b ON b.id = e.batch_id
       WHERE e.project_id = $1 AND e.connection_id = $2 AND e.id > $3 AND ($4::uuid IS NULL OR e.batch_id = $4)
         AND ($5::text[] IS NULL OR b.state = ANY($5)) AND ($6::text IS NULL OR e.optimove_campaign_id = $6)
         AND ($7::int IS NULL OR e.optimove_channel_id = $7) ORDER BY e.id LIMIT $8`,
      [
        ...[wanted.projectId, wanted.connectionId, afterId, wanted.batchId, wanted.states, wanted.campaignId],
        ...[wanted.channelId, limit],
      ],
    );
  }

  /** Drops what was settled so many days ago, of whatever connection, a few batches at a time. */
  async forget(tx: Tx, days: number): Promise<void> {
    await execute(
      tx,
      `WITH old AS (
         DELETE FROM engagement_batch WHERE id IN (SELECT id FROM engagement_batch
           WHERE settled_at < now() - $1 * interval '1 day' ORDER BY settled_at LIMIT 50) RETURNING id
       ) DELETE FROM engagement_event WHERE batch_id IN (SELECT id FROM old)`,
      [days],
    );
  }

  /** Moves customers to another batch. */
  async move(tx: Tx, ids: string[], batchId: string): Promise<void> {
    await execute(tx, 'UPDATE engagement_event SET batch_id = $2 WHERE id = ANY($1::bigint[])', [ids, batchId]);
  }

  /** Drops what waits, because it goes by no road. */
  async dropWaiting(tx: Tx, connectionId: string): Promise<void> {
    await execute(tx, 'DELETE FROM engagement_event WHERE connection_id = $1 AND batch_id IS NULL', [connectionId]);
  }
}
