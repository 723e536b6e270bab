import { newId } from '@libs/foundation';
import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import type { Metric, OwedMetric } from '../domain/metric';
import { MetricTotalEntity } from './metric-total.entity';

/** A cumulative value as the ledger has it now. */
export interface MetricValue {
  projectId: string;
  connectionId: string;
  optimoveCampaignId: string;
  optimoveChannelId: number;
  optimoveTemplateId: string;
  metric: Metric;
  value: number;
}

/** How a connection's postbacks stand. */
export interface PostbackSummary {
  owed: number;
  acknowledged: number;
  refused: number;
  uncertain: number;
  lastAcknowledgedAt: Date | null;
  lastError: string | null;
}

/** What is owed to Optimove. */
@Injectable()
export class MetricTotalRepository {
  /** Takes values over; one that has not changed is not owed again. */
  async owe(tx: Tx, values: MetricValue[]): Promise<void> {
    if (values.length === 0) return;
    await query(
      tx,
      `INSERT INTO metric_total AS m (id, project_id, connection_id, optimove_campaign_id, optimove_channel_id, optimove_template_id, metric, owed_value)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::int[], $6::text[], $7::text[], $8::int[])
         AS v(id, project_id, connection_id, campaign_id, channel_id, template_id, metric, value)
       WHERE v.value > 0 OR EXISTS (SELECT 1 FROM metric_total x WHERE x.project_id = v.project_id AND x.connection_id = v.connection_id
         AND x.optimove_campaign_id = v.campaign_id AND x.optimove_channel_id = v.channel_id
         AND x.optimove_template_id = v.template_id AND x.metric = v.metric)
       ON CONFLICT ON CONSTRAINT uq_metric_total DO UPDATE
       SET owed_value = excluded.owed_value, state = 'OWED', tries = 0, next_try_at = now(), updated_at = now()
       WHERE m.owed_value <> excluded.owed_value`,
      [
        values.map(() => newId()),
        values.map(({ projectId }) => projectId),
        values.map(({ connectionId }) => connectionId),
        values.map(({ optimoveCampaignId }) => optimoveCampaignId),
        values.map(({ optimoveChannelId }) => optimoveChannelId),
        values.map(({ optimoveTemplateId }) => optimoveTemplateId),
        values.map(({ metric }) => metric),
        values.map(({ value }) => value),
      ],
    );
  }

  /** Connections that have something to post now. */
  async connectionsDue(tx: Tx, limit: number): Promise<string[]> {
    const rows = await query<{ connection_id: string }>(
      tx,
      `SELECT DISTINCT connection_id FROM metric_total WHERE state = 'OWED' AND next_try_at <= now() LIMIT $1`,
      [limit],
    );
    return rows.map((row) => row.connection_id);
  }

  /** Notes which values are about to be posted, so that a process that dies leaves a trace. */
  async take(tx: Tx, connectionId: string, limit: number): Promise<OwedMetric[]> {
    return query<OwedMetric>(
      tx,
      `UPDATE metric_total SET posting_value = owed_value WHERE id IN (
         SELECT id FROM metric_total WHERE connection_id = $1 AND state = 'OWED' AND next_try_at <= now() ORDER BY id LIMIT $2)
       RETURNING id, optimove_campaign_id AS "optimoveCampaignId", optimove_channel_id AS "optimoveChannelId",
         optimove_template_id AS "optimoveTemplateId", metric, owed_value AS "owedValue",
         acknowledged_value AS "acknowledgedValue", tries`,
      [connectionId, limit],
    );
  }

  /** Added values whose answer never came because the process died: they may have counted. */
  async doubtInterrupted(tx: Tx, connectionId: string): Promise<number> {
    return execute(
      tx,
      `UPDATE metric_total SET state = 'UNCERTAIN', posting_value = NULL, updated_at = now(),
         last_error = 'The process ended while this value was posted; it may have counted'
       WHERE connection_id = $1 AND posting_value IS NOT NULL`,
      [connectionId],
    );
  }

  /** Optimove took these values. One that has changed meanwhile stays owed. */
  async acknowledge(tx: Tx, rows: OwedMetric[]): Promise<void> {
    await execute(
      tx,
      `UPDATE metric_total m SET acknowledged_value = r.value, acknowledged_at = now(), posting_value = NULL, tries = 0,
         last_error = NULL, state = CASE WHEN m.owed_value = r.value THEN 'ACKNOWLEDGED' ELSE 'OWED' END, updated_at = now()
       FROM unnest($1::uuid[], $2::int[]) AS r(id, value) WHERE m.id = r.id`,
      [rows.map(({ id }) => id), rows.map(({ owedValue }) => owedValue)],
    );
  }

  /** The post failed; what that means is in `state`. */
  async fail(
    tx: Tx,
    rows: OwedMetric[],
    failure: { state: 'OWED' | 'REFUSED' | 'UNCERTAIN'; error: string; waitSeconds: number },
  ): Promise<void> {
    await execute(
      tx,
      `UPDATE metric_total SET posting_value = NULL, state = $2, last_error = $3, tries = tries + 1,
         next_try_at = now() + $4 * interval '1 second', updated_at = now() WHERE id = ANY($1::uuid[])`,
      [rows.map(({ id }) => id), failure.state, failure.error, failure.waitSeconds],
    );
  }

  list(
    tx: Tx,
    page: { projectId: string; connectionId: string; beforeId: string | null; limit: number },
  ): Promise<MetricTotalEntity[]> {
    return tx.find(MetricTotalEntity, {
      where: {
        projectId: page.projectId,
        connectionId: page.connectionId,
        ...(page.beforeId ? { id: LessThan(page.beforeId) } : {}),
      },
      order: { id: 'DESC' },
      take: page.limit,
    });
  }

  async summary(tx: Tx, projectId: string, connectionId: string): Promise<PostbackSummary> {
    const [row] = await query<PostbackSummary>(
      tx,
      `SELECT count(*) FILTER (WHERE state = 'OWED')::int AS owed, count(*) FILTER (WHERE state = 'ACKNOWLEDGED')::int AS acknowledged,
         count(*) FILTER (WHERE state = 'REFUSED')::int AS refused, count(*) FILTER (WHERE state = 'UNCERTAIN')::int AS uncertain,
         max(acknowledged_at) AS "lastAcknowledgedAt",
         (array_agg(last_error ORDER BY updated_at DESC) FILTER (WHERE last_error IS NOT NULL))[1] AS "lastError"
       FROM metric_total WHERE project_id = $1 AND connection_id = $2`,
      [projectId, connectionId],
    );
    return row ?? { owed: 0, acknowledged: 0, refused: 0, uncertain: 0, lastAcknowledgedAt: null, lastError: null };
  }
}
