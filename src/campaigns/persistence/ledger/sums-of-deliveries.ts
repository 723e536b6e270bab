/**
 * SQL: what hand-overs of the execution `$1` come to. `DELIVERY:<medium>:<state>` counts them, `PEOPLE:<medium>:SENT` the
 * people of whom at least one was accepted. `source` joins `d`, the hand-overs, to `r`, their recipients.
 */
export function sumsOfDeliveries({ chunkNo, source }: { chunkNo: string; source: string }): string {
  return `SELECT $1::uuid, s.chunk_no, s.optimove_template_id, m.measure, m.count
    FROM (
      SELECT ${chunkNo} AS chunk_no, r.optimove_template_id, d.medium, d.state, count(*) AS deliveries,
        count(DISTINCT d.seq) FILTER (WHERE d.state = 'ACCEPTED') AS people
      ${source} GROUP BY 1, 2, 3, 4
    ) AS s
    CROSS JOIN LATERAL (VALUES
      ('DELIVERY:' || s.medium || ':' || s.state, s.deliveries), ('PEOPLE:' || s.medium || ':SENT', s.people)
    ) AS m(measure, count)
    WHERE m.count > 0`;
}
