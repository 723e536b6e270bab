import { query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { TakenEngagement } from '../engagement.repository';
import { askByDay, isFrom } from './day-tables';

/** Something that was done, and the authored link that a click followed. */
export type CountedEngagement = TakenEngagement & { linkId: string | null };

/** What is noted on a recipient the first time, and the sum that counts it. */
const firstTimes = {
  delivered: 'RECEIPT:DELIVERED',
  opened: 'ENGAGED:OPENED',
  clicked: 'ENGAGED:CLICKED',
  unsubscribed: 'ENGAGED:UNSUBSCRIBED',
  complained: 'ENGAGED:COMPLAINED',
} as const;
const names = Object.keys(firstTimes) as (keyof typeof firstTimes)[];

/** What people did over one medium, of `event e`: a click is an opening too, and whatever is done with is delivered. */
const deedsOfEvent = `VALUES
  ('DELIVERED', e.kind IN ('DELIVERED', 'OPENED', 'CLICKED', 'DISMISSED') AND NOT e.is_machine),
  ('OPENED', e.kind IN ('OPENED', 'CLICKED') AND NOT e.is_machine),
  ('CLICKED', e.kind = 'CLICKED' AND NOT e.is_machine),
  ('LINK:' || e.link_id, e.kind = 'CLICKED' AND NOT e.is_machine AND e.link_id IS NOT NULL),
  ('UNSUBSCRIBED', e.kind = 'UNSUBSCRIBED'),
  ('COMPLAINED', e.kind = 'COMPLAINED')`;

/** What people's deeds change on the ledger. */
@Injectable()
export class EngagementLedgerRepository {
  /**
   * Notes the first time of each kind on the recipients and adds to the tallies: `ENGAGED:<KIND>` counts people once,
   * `PEOPLE:<medium>:<KIND>` people once for each medium, `EVENT:<medium>:<KIND>` every event, and the links count both.
   * An opening that only a click shows is an event, so that there are never fewer openings than people who opened. What
   * machines did counts as events of their own.
   * @returns ids of the executions whose people did something for the first time.
   */
  async apply(tx: Tx, events: CountedEngagement[]): Promise<string[]> {
    const rows = await askByDay(events, (ofDay, ids) =>
      query<{ execution_id: string }>(tx, statement, [
        ofDay.map(({ executionId }) => executionId),
        ofDay.map(({ seq }) => seq),
        ofDay.map(({ medium }) => medium),
        ofDay.map(({ kind }) => kind),
        ofDay.map((event) => event.isMachine),
        ofDay.map(({ occurredAt }) => occurredAt),
        ofDay.map(({ linkId }) => linkId),
        ...ids,
      ]),
    );
    return rows.map((row) => row.execution_id);
  }
}

const people = `event AS (
    SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::boolean[], $6::timestamptz[], $7::text[])
      AS e(execution_id, seq, medium, kind, is_machine, occurred_at, link_id)
  ), first AS (
    SELECT execution_id, seq,
      min(occurred_at) FILTER (WHERE kind IN ('DELIVERED', 'OPENED', 'CLICKED', 'DISMISSED') AND NOT is_machine) AS delivered,
      min(occurred_at) FILTER (WHERE kind IN ('OPENED', 'CLICKED') AND NOT is_machine) AS opened,
      min(occurred_at) FILTER (WHERE kind = 'CLICKED' AND NOT is_machine) AS clicked,
      min(occurred_at) FILTER (WHERE kind = 'UNSUBSCRIBED') AS unsubscribed,
      min(occurred_at) FILTER (WHERE kind = 'COMPLAINED') AS complained
    FROM event GROUP BY 1, 2
  ), before AS (
    SELECT r.execution_id, r.seq, r.optimove_template_id, r.medium_deeds, ${names.map((name) => `r.${name}_at IS NULL AND f.${name} IS NOT NULL AS ${name}`).join(', ')}
    FROM recipient r JOIN first f ON f.execution_id = r.execution_id AND f.seq = r.seq
    WHERE ${isFrom('r.execution_id', 8)} ORDER BY r.execution_id, r.seq FOR UPDATE OF r
  ), news AS (
    SELECT DISTINCT b.execution_id, b.seq, b.optimove_template_id, e.medium, d.deed
    FROM event e CROSS JOIN LATERAL (${deedsOfEvent}) AS d(deed, holds)
    JOIN before b ON b.execution_id = e.execution_id AND b.seq = e.seq
    WHERE d.holds AND NOT coalesce(e.medium || ':' || d.deed = ANY(b.medium_deeds), false)
  ), moved AS (
    UPDATE recipient r SET medium_deeds = r.medium_deeds || n.deeds,
      ${names.map((name) => `${name}_at = coalesce(r.${name}_at, f.${name})`).join(', ')}
    FROM first f
    LEFT JOIN (SELECT execution_id, seq, array_agg(medium || ':' || deed) AS deeds FROM news GROUP BY 1, 2) AS n
      ON n.execution_id = f.execution_id AND n.seq = f.seq
    JOIN before b ON b.execution_id = f.execution_id AND b.seq = f.seq
    WHERE r.execution_id = f.execution_id AND r.seq = f.seq AND ${isFrom('r.execution_id', 8)}
      AND (n.deeds IS NOT NULL OR ${names.map((name) => `b.${name}`).join(' OR ')})
  )`;

const sums = `counted AS (
    SELECT execution_id, optimove_template_id, measure, true AS is_first
    FROM before, LATERAL (VALUES ${names.map((name) => `('${firstTimes[name]}', ${name})`).join(', ')}) AS k(measure, is_first)
    WHERE is_first
    UNION ALL
    SELECT execution_id, optimove_template_id, 'PEOPLE:' || medium || ':' || deed, false
    FROM news WHERE deed NOT LIKE 'LINK:%'
    UNION ALL
    SELECT execution_id, optimove_template_id, 'EVENT:' || medium || ':OPENED', false FROM news n
    WHERE deed = 'OPENED' AND NOT EXISTS (SELECT 1 FROM event e WHERE e.execution_id = n.execution_id AND e.seq = n.seq
      AND e.medium = n.medium AND e.kind = 'OPENED' AND NOT e.is_machine)
    UNION ALL
    SELECT b.execution_id, b.optimove_template_id,
      'EVENT:' || e.medium || ':' || CASE WHEN e.is_machine THEN 'MACHINE_' ELSE '' END || e.kind, false
    FROM event e JOIN before b ON b.execution_id = e.execution_id AND b.seq = e.seq
  ), added AS (
    INSERT INTO execution_tally AS t (execution_id, chunk_no, optimove_template_id, measure, count)
    SELECT execution_id, 0, optimove_template_id, measure, count(*) FROM counted GROUP BY 1, 3, 4
    ORDER BY 1, 3, 4
    ON CONFLICT ON CONSTRAINT pk_execution_tally DO UPDATE SET count = t.count + excluded.count
  )`;

const links = `followed AS (
    SELECT b.execution_id, b.optimove_template_id, e.medium, e.link_id, 0 AS people,
      (NOT e.is_machine)::int AS clicks, e.is_machine::int AS machine_clicks
    FROM event e JOIN before b ON b.execution_id = e.execution_id AND b.seq = e.seq WHERE e.link_id IS NOT NULL
    UNION ALL
    SELECT execution_id, optimove_template_id, medium, substr(deed, length('LINK:') + 1), 1, 0, 0
    FROM news WHERE deed LIKE 'LINK:%'
  ), held AS (
    SELECT execution_id, optimove_template_id, medium, link_id, f.people, f.clicks, f.machine_clicks
    FROM execution_link l JOIN (
      SELECT execution_id, optimove_template_id, medium, link_id, sum(people)::int AS people, sum(clicks)::int AS clicks,
        sum(machine_clicks)::int AS machine_clicks FROM followed GROUP BY 1, 2, 3, 4
    ) AS f USING (execution_id, optimove_template_id, medium, link_id)
    ORDER BY 1, 2, 3, 4 FOR UPDATE OF l
  ), linked AS (
    UPDATE execution_link l SET clicks = l.clicks + f.clicks, people = l.people + f.people,
      machine_clicks = l.machine_clicks + f.machine_clicks
    FROM held f
    WHERE l.execution_id = f.execution_id AND l.optimove_template_id = f.optimove_template_id AND l.medium = f.medium
      AND l.link_id = f.link_id
  )`;

const statement = `WITH ${people}, ${sums}, ${links} SELECT DISTINCT execution_id FROM counted WHERE is_first`;
