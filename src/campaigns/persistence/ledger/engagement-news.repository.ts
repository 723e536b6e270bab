import { query, type Tx } from '@libs/platform';
import { connectionsOfProject } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import type { EngagementNews } from '../../domain/engagement-news';
import { erasedPrefix } from '../../domain/erased';
import { askByDay, isFrom } from './day-tables';

/** How long after the last send of a campaign Optimove is told of it. */
const toldDays = 7;

/** The instant after which Optimove is told nothing more of the campaign of an execution named `e`, whichever connection it went over. */
const closesAtSql = `(SELECT max(CASE WHEN s.state IN ('ANNOUNCED', 'READING', 'RUNNING') THEN now()
    ELSE coalesce(s.completed_at, s.read_at, s.announced_at) END) + interval '${toldDays} days'
  FROM execution s WHERE s.project_id = e.project_id AND s.connection_id = ANY(e.connection_id || ${connectionsOfProject('e.project_id')})
    AND s.account_id = e.account_id AND s.optimove_campaign_id = e.optimove_campaign_id AND s.optimove_channel_id = e.optimove_channel_id)`;

const newsSql = `WITH event AS (
    SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::timestamptz[]) AS t(execution_id, seq, kind, at)
  ), told AS (
    SELECT e.*, ${closesAtSql} AS told_until FROM execution e
    WHERE e.id IN (SELECT execution_id FROM event) AND e.kind <> 'DIRECT'
  )
  SELECT e.project_id AS "projectId", e.connection_id AS "connectionId", e.account_id AS "accountId", e.optimove_campaign_id AS "optimoveCampaignId",
    e.optimove_channel_id AS "optimoveChannelId", r.optimove_template_id AS "optimoveTemplateId",
    r.customer_id AS "customerId", t.kind, t.at AS "occurredAt", e.told_until AS "closesAt"
  FROM event t JOIN told e ON e.id = t.execution_id
  JOIN recipient r ON r.execution_id = t.execution_id AND r.seq = t.seq AND r.customer_id NOT LIKE '${erasedPrefix}%'
    AND ${isFrom('r.execution_id', 5)}`;

/** First times of engagement as recipients get them; a trigger of theirs notes each once. */
@Injectable()
export class EngagementNewsRepository {
  /**
   * Takes at most `limit`, oldest first; they wait again if `tx` fails. Of Direct campaigns, which Optimove does not
   * know, and of people who were erased nothing is returned.
   */
  async take(tx: Tx, limit: number): Promise<{ taken: number; news: EngagementNews[] }> {
    const taken = await query<{ executionId: string; seq: number; kind: string; occurredAt: Date }>(
      tx,
      `DELETE FROM recipient_event WHERE id IN (SELECT id FROM recipient_event ORDER BY id LIMIT $1)
       RETURNING execution_id AS "executionId", seq, kind, occurred_at AS "occurredAt"`,
      [limit],
    );
    const news = await askByDay(taken, (ofDay, ids) =>
      query<EngagementNews>(tx, newsSql, [
        ofDay.map(({ executionId }) => executionId),
        ofDay.map(({ seq }) => seq),
        ofDay.map(({ kind }) => kind),
        ofDay.map(({ occurredAt }) => occurredAt),
        ...ids,
      ]),
    );
    return { taken: taken.length, news };
  }

  /** When Optimove is told of this execution's campaign for the last time. */
  async closesAt(tx: Tx, executionId: string): Promise<Date> {
    const [row] = await query<{ at: Date }>(tx, `SELECT ${closesAtSql} AS at FROM execution e WHERE e.id = $1`, [
      executionId,
    ]);
    return row?.at ?? new Date();
  }
}
