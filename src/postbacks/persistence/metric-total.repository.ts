import { InvariantError, newId } from '@libs/foundation';
import { execute, type GaugeValue, lagOf, query, type Tx } from '@libs/platform';
import { type ConnectionView, connectionsOfProject } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import { In, LessThan, MoreThan } from 'typeorm';
import { usualSetting } from '../domain/engagement';
import type { ExportFilter } from '../domain/export-filter';
import type { Metric, OwedMetric } from '../domain/metric';
import { isInUse } from './connection-in-use';
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
  closesAt: Date;
}

/** A campaign on one channel of Optimove, and the connection over which it is told of. */
export type CampaignOnChannel = Pick<
  MetricValue,
  'projectId' | 'connectionId' | 'optimoveCampaignId' | 'optimoveChannelId'
>;

/** A connection over which its account is told. */
export type TellingConnection = Pick<ConnectionView, 'id' | 'accountId'>;

/** Which totals of a connection; null does not narrow. */
export type TotalsFilter = Omit<ExportFilter, 'batchId'> & { projectId: string; connectionId: string };

/** How a connection's postbacks stand. */
export interface PostbackSummary {
  owed: number;
  acknowledged: number;
  refused: number;
  uncertain: number;
  expired: number;
  lastAcknowledgedAt: Date | null;
  lastError: string | null;
}

/** SQL: when a total that changed is posted, of a row named `m`; `$1` is how many minutes are usual. */
const dueAt = `CASE WHEN m.metric IN ('SENT', 'DELIVERED', 'DROPPED') THEN now()
  ELSE greatest(now(), m.acknowledged_at + interval '1 minute'
    * coalesce((SELECT every_minutes FROM engagement_postback s WHERE s.connection_id = m.connection_id), $1)) END`;

/** SQL: whether the connection of a total is still one of the account that it is for. */
const isOwn = (total: string): string => `NOT EXISTS (SELECT 1 FROM connection o
  WHERE o.id = ${total}.connection_id AND o.account_id <> ${total}.account_id)`;

/** SQL: whether a total is of a campaign on a channel (`$3`, `$4`) of the account of the connection `$2` of the project `$1`. */
const ofCampaign = (total: string): string => `${total}.project_id = $1
  AND ${total}.connection_id = ANY(${connectionsOfProject('$1')})
  AND ${total}.account_id = (SELECT n.account_id FROM connection n WHERE n.id = $2)
  AND ${total}.optimove_campaign_id = $3 AND ${total}.optimove_channel_id = $4`;

const keyColumns = 'optimove_campaign_id, optimove_channel_id, optimove_template_id, metric';

/** What is owed to Optimove. */
@Injectable()
export class MetricTotalRepository {
  /**
   * Takes values over and returns how many changed; one that is owed already keeps its wait. What people do with
   * messages trickles in: it is posted as often as the connection's setting says.
   */
  async owe(tx: Tx, values: MetricValue[]): Promise<number> {
    if (values.length === 0) return 0;
    const changed = await query(
      tx,
      `INSERT INTO metric_total AS m (id, project_id, connection_id, ${keyColumns}, owed_value, closes_at)
       SELECT * FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::int[], $7::text[], $8::text[], $9::int[], $10::timestamptz[])
         AS v(id, project_id, connection_id, campaign_id, channel_id, template_id, metric, value, closes_at)
       WHERE v.value > 0 OR EXISTS (SELECT 1 FROM metric_total x WHERE x.project_id = v.project_id AND x.connection_id = v.connection_id
         AND x.optimove_campaign_id = v.campaign_id AND x.optimove_channel_id = v.channel_id
         AND x.optimove_template_id = v.template_id AND x.metric = v.metric)
       ON CONFLICT ON CONSTRAINT uq_metric_total DO UPDATE
       SET owed_value = excluded.owed_value, closes_at = excluded.closes_at, state = 'OWED', updated_at = now(),
         tries = CASE WHEN m.state = 'OWED' THEN m.tries ELSE 0 END,
         next_try_at = CASE WHEN m.state = 'OWED' THEN m.next_try_at ELSE ${dueAt} END,
         due_since = CASE WHEN m.state = 'OWED' THEN m.due_since ELSE ${dueAt} END
       WHERE m.owed_value <> excluded.owed_value
       RETURNING m.id`,
      [
        usualSetting.everyMinutes,
        values.map(() => newId()),
        values.map(({ projectId }) => projectId),
        values.map(({ connectionId }) => connectionId),
        values.map(({ optimoveCampaignId }) => optimoveCampaignId),
        values.map(({ optimoveChannelId }) => optimoveChannelId),
        values.map(({ optimoveTemplateId }) => optimoveTemplateId),
        values.map(({ metric }) => metric),
        values.map(({ value }) => value),
        values.map(({ closesAt }) => closesAt),
      ],
    );
    return changed.length;
  }

  /** The connection in use over which the account was told of the campaign so far; null where it was told nothing, or that one is off. */
  async tellerOf(tx: Tx, campaign: CampaignOnChannel): Promise<string | null> {
    const [row] = await query<{ connection_id: string }>(
      tx,
      `SELECT m.connection_id FROM metric_total m WHERE ${ofCampaign('m')} AND ${isInUse('m.connection_id')} AND ${isOwn('m')}
       GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1`,
      parametersOf(campaign),
    );
    return row?.connection_id ?? null;
  }

  /**
   * What other connections have told the account of a campaign, or had to tell, is this one's from now on: what Optimove
   * knows is known once. What was not told, be it because that connection was deleted, is tried over this one.
   * @returns false while a post of the others is under way: what comes of it is not known yet.
   */
  async takeOver(tx: Tx, campaign: CampaignOnChannel): Promise<boolean> {
    const ofOthers = `${ofCampaign('x')} AND x.connection_id <> $2`;
    await execute(
      tx,
      `UPDATE metric_total m SET connection_id = $2, state = CASE WHEN m.state = 'REFUSED' THEN 'OWED' ELSE m.state END,
         tries = 0, next_try_at = now(), due_since = CASE WHEN m.state = 'OWED' THEN m.due_since ELSE now() END
       FROM (
         SELECT DISTINCT ON (${keyColumns}) x.* FROM metric_total x WHERE ${ofOthers}
         ORDER BY ${keyColumns}, acknowledged_value + uncertain_value DESC
       ) AS other
       WHERE m.id = other.id AND m.posting_value IS NULL AND NOT EXISTS (SELECT 1 FROM metric_total own
         WHERE own.project_id = $1 AND own.connection_id = $2 AND own.account_id = other.account_id
           AND (own.optimove_campaign_id, own.optimove_channel_id, own.optimove_template_id, own.metric)
             = ($3, $4::int, other.optimove_template_id, other.metric))`,
      parametersOf(campaign),
    );
    const sql = `SELECT 1 FROM metric_total x WHERE ${ofOthers} AND x.posting_value IS NOT NULL LIMIT 1`;
    const posting = await query(tx, sql, parametersOf(campaign));
    return posting.length === 0;
  }

  /** Campaigns of which something is still to be told over a connection that is off or another account's, with one in use to the account. */
  leftBehind(tx: Tx, limit: number): Promise<CampaignOnChannel[]> {
    return query(
      tx,
      `SELECT DISTINCT m.project_id AS "projectId", o.id AS "connectionId", m.optimove_campaign_id AS "optimoveCampaignId",
         m.optimove_channel_id AS "optimoveChannelId"
       FROM metric_total m CROSS JOIN LATERAL (
         SELECT o.id FROM connection o WHERE o.project_id = m.project_id AND o.account_id = m.account_id
           AND NOT o.is_disabled AND o.deleted_at IS NULL ORDER BY o.id LIMIT 1) AS o
       WHERE m.state IN ('OWED', 'REFUSED') AND m.closes_at > now() AND NOT (${isInUse('m.connection_id')} AND ${isOwn('m')})
       LIMIT $1`,
      [limit],
    );
  }

  /**
   * A campaign goes on: what is told of it, of whatever template, is told for longer, also what came too late before. Not
   * noted to the second, so that totals that change all the time do not have all of them written each time.
   */
  async keepOpen(tx: Tx, campaign: CampaignOnChannel, closesAt: Date): Promise<void> {
    await execute(
      tx,
      `UPDATE metric_total SET closes_at = $5, state = CASE WHEN state = 'EXPIRED' THEN 'OWED' ELSE state END,
         last_error = CASE WHEN state <> 'EXPIRED' THEN last_error END,
         next_try_at = CASE WHEN state = 'EXPIRED' THEN now() ELSE next_try_at END,
         due_since = CASE WHEN state = 'EXPIRED' THEN now() ELSE due_since END
       WHERE project_id = $1 AND connection_id = $2 AND optimove_campaign_id = $3 AND optimove_channel_id = $4
         AND $5::timestamptz > now() AND coalesce(closes_at, '-infinity') < $5::timestamptz - interval '1 minute'`,
      [campaign.projectId, campaign.connectionId, campaign.optimoveCampaignId, campaign.optimoveChannelId, closesAt],
    );
  }

  /** How long the oldest total has been due, however often it was tried; not over connections that are off. */
  lag(tx: Tx): Promise<GaugeValue<never>[]> {
    return lagOf(
      tx,
      `SELECT due_since AS at FROM metric_total m WHERE state = 'OWED' AND due_since <= now() AND ${isInUse('m.connection_id')} AND ${isOwn('m')}`,
    );
  }

  /** Connections that have something to post now, the longest waiting first. */
  async connectionsDue(tx: Tx, limit: number): Promise<string[]> {
    const rows = await query<{ connection_id: string }>(
      tx,
      `SELECT connection_id FROM metric_total m WHERE state = 'OWED' AND next_try_at <= now() AND ${isOwn('m')}
       GROUP BY connection_id ORDER BY min(next_try_at) LIMIT $1`,
      [limit],
    );
    return rows.map((row) => row.connection_id);
  }

  /** Keeps what is due for later: the connection is switched off and may come back. */
  async putOff(tx: Tx, connectionId: string): Promise<void> {
    await execute(
      tx,
      `UPDATE metric_total SET next_try_at = now() + interval '1 minute'
       WHERE connection_id = $1 AND state = 'OWED' AND next_try_at <= now()`,
      [connectionId],
    );
  }

  /** Notes which values are about to be posted, so that a process that dies leaves a trace. */
  async take(tx: Tx, { id, accountId }: TellingConnection, limit: number): Promise<OwedMetric[]> {
    return query<OwedMetric>(
      tx,
      `UPDATE metric_total SET posting_value = owed_value WHERE id IN (
         SELECT id FROM metric_total WHERE connection_id = $1 AND account_id = $3 AND state = 'OWED' AND next_try_at <= now()
         ORDER BY id LIMIT $2)
       RETURNING id, optimove_campaign_id AS "optimoveCampaignId", optimove_channel_id AS "optimoveChannelId",
         optimove_template_id AS "optimoveTemplateId", metric, owed_value AS "owedValue",
         acknowledged_value AS "acknowledgedValue", uncertain_value AS "uncertainValue", tries`,
      [id, limit, accountId],
    );
  }

  /** Values whose answer never came because the process died: where values add up, they may have counted. */
  async endInterrupted(tx: Tx, connectionId: string): Promise<void> {
    const ifAdded = (then: string, otherwise: string): string =>
      `CASE WHEN c.metrics_mode = 'DELTA' THEN ${then} ELSE ${otherwise} END`;
    const doubt = "'The process ended while this value was posted; it may have counted'";
    await execute(
      tx,
      `UPDATE metric_total m SET posting_value = NULL, updated_at = now(),
         uncertain_value = ${ifAdded('posting_value - acknowledged_value', 'uncertain_value')},
         state = ${ifAdded(`CASE WHEN owed_value = posting_value THEN 'UNCERTAIN' ELSE 'OWED' END`, 'm.state')},
         last_error = ${ifAdded(doubt, 'm.last_error')}
       FROM connection c WHERE c.id = m.connection_id AND m.connection_id = $1 AND posting_value IS NOT NULL`,
      [connectionId],
    );
  }

  /** What came too late is told no more. */
  async expire(tx: Tx, connectionId: string): Promise<void> {
    await execute(
      tx,
      `UPDATE metric_total SET state = 'EXPIRED', updated_at = now(),
         last_error = 'Seven days after the last send Optimove is told nothing more of a campaign'
       WHERE connection_id = $1 AND state = 'OWED' AND closes_at <= now()`,
      [connectionId],
    );
  }

  /** Where values add up, a total that did not grow leaves nothing to post. */
  async settleWithoutGrowth(tx: Tx, connectionId: string): Promise<void> {
    await execute(
      tx,
      `UPDATE metric_total SET state = CASE WHEN uncertain_value > 0 THEN 'UNCERTAIN' ELSE 'ACKNOWLEDGED' END, updated_at = now()
       WHERE connection_id = $1 AND state = 'OWED' AND owed_value <= acknowledged_value + uncertain_value`,
      [connectionId],
    );
  }

  /** Optimove took these values. One that has changed meanwhile stays owed; a total ends every doubt. */
  async acknowledge(tx: Tx, rows: OwedMetric[], mode: 'ABSOLUTE' | 'DELTA'): Promise<void> {
    await execute(
      tx,
      `UPDATE metric_total m SET acknowledged_value = r.value - d.doubt, uncertain_value = d.doubt, acknowledged_at = now(),
         posting_value = NULL, tries = 0, last_error = CASE WHEN d.doubt > 0 THEN m.last_error END, updated_at = now(),
         due_since = now(), state = CASE WHEN m.owed_value <> r.value THEN 'OWED' WHEN d.doubt > 0 THEN 'UNCERTAIN' ELSE 'ACKNOWLEDGED' END
       FROM unnest($1::uuid[], $2::int[]) AS r(id, value)
       JOIN metric_total o ON o.id = r.id
       CROSS JOIN LATERAL (SELECT CASE WHEN $3 = 'DELTA' THEN o.uncertain_value ELSE 0 END AS doubt) d
       WHERE m.id = r.id AND m.posting_value = r.value`,
      [rows.map(({ id }) => id), rows.map(({ owedValue }) => owedValue), mode],
    );
  }

  /** The post failed; what that means for the posted value is in `state`. One that has changed meanwhile stays owed. */
  async fail(
    tx: Tx,
    rows: OwedMetric[],
    failure: { state: 'OWED' | 'REFUSED' | 'UNCERTAIN'; error: string; waitSeconds: number },
  ): Promise<void> {
    await execute(
      tx,
      `UPDATE metric_total m SET posting_value = NULL, last_error = $4, tries = m.tries + 1, updated_at = now(),
         state = CASE WHEN m.owed_value = r.value THEN $3 ELSE 'OWED' END,
         uncertain_value = CASE WHEN $3 = 'UNCERTAIN' THEN r.value - m.acknowledged_value ELSE m.uncertain_value END,
         next_try_at = now() + $5 * interval '1 second'
       FROM unnest($1::uuid[], $2::int[]) AS r(id, value) WHERE m.id = r.id AND m.posting_value = r.value`,
      [
        rows.map(({ id }) => id),
        rows.map(({ owedValue }) => owedValue),
        failure.state,
        failure.error,
        failure.waitSeconds,
      ],
    );
  }

  /** Totals of a connection before an id, newest first. */
  list(tx: Tx, page: TotalsFilter & { beforeId: string | null; limit: number }): Promise<MetricTotalEntity[]> {
    return tx.find(MetricTotalEntity, {
      where: { ...whereOf(page), ...(page.beforeId ? { id: LessThan(page.beforeId) } : {}) },
      order: { id: 'DESC' },
      take: page.limit,
    });
  }

  /** Totals of a connection after an id, in order. */
  page(
    tx: Tx,
    wanted: TotalsFilter,
    { afterId, limit }: { afterId: string | null; limit: number },
  ): Promise<MetricTotalEntity[]> {
    return tx.find(MetricTotalEntity, {
      where: { ...whereOf(wanted), ...(afterId ? { id: MoreThan(afterId) } : {}) },
      order: { id: 'ASC' },
      take: limit,
    });
  }

  async summary(tx: Tx, projectId: string, connectionId: string): Promise<PostbackSummary> {
    const [row] = await query<PostbackSummary>(
      tx,
      `SELECT count(*) FILTER (WHERE state = 'OWED')::int AS owed, count(*) FILTER (WHERE state = 'ACKNOWLEDGED')::int AS acknowledged,
         count(*) FILTER (WHERE state = 'REFUSED')::int AS refused, count(*) FILTER (WHERE state = 'UNCERTAIN')::int AS uncertain,
         count(*) FILTER (WHERE state = 'EXPIRED')::int AS expired,
         max(acknowledged_at) AS "lastAcknowledgedAt",
         (array_agg(last_error ORDER BY updated_at DESC) FILTER (WHERE last_error IS NOT NULL))[1] AS "lastError"
       FROM metric_total WHERE project_id = $1 AND connection_id = $2`,
      [projectId, connectionId],
    );
    if (!row) throw new InvariantError('Counting answers one row');
    return row;
  }
}

function whereOf({ projectId, connectionId, campaignId, channelId, states }: TotalsFilter): object {
  return {
    projectId,
    connectionId,
    ...(campaignId === null ? {} : { optimoveCampaignId: campaignId }),
    ...(channelId === null ? {} : { optimoveChannelId: channelId }),
    ...(states ? { state: In(states) } : {}),
  };
}

function parametersOf(campaign: CampaignOnChannel): unknown[] {
  const { projectId, connectionId, optimoveCampaignId, optimoveChannelId } = campaign;
  return [projectId, connectionId, optimoveCampaignId, optimoveChannelId];
}
