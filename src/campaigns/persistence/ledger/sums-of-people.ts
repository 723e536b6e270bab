/**
 * SQL: what recipients of the execution `$1` come to. An end state counts who came to it, `FAILED:BOUNCED` the failed who
 * bounced, and `DEAD:BOUNCED` who bounced because an address is dead, whatever came of them since. `source` names them `r`.
 */
export function sumsOfPeople({ chunkNo, source }: { chunkNo: string; source: string }): string {
  return `SELECT $1::uuid, s.chunk_no, s.optimove_template_id, m.measure, sum(m.count)::bigint AS count
    FROM (
      SELECT ${chunkNo} AS chunk_no, r.optimove_template_id, r.end_state, count(*) AS people,
        count(*) FILTER (WHERE r.end_state = 'FAILED' AND r.bounced_at IS NOT NULL) AS failed_bounced,
        count(*) FILTER (WHERE r.is_address_dead) AS dead_bounced
      ${source} GROUP BY 1, 2, 3
    ) AS s
    CROSS JOIN LATERAL (VALUES
      (s.end_state, s.people), ('FAILED:BOUNCED', s.failed_bounced), ('DEAD:BOUNCED', s.dead_bounced)
    ) AS m(measure, count)
    WHERE m.measure IS NOT NULL AND m.count > 0 GROUP BY 2, 3, 4`;
}
