/**
 * SQL: what hand-overs of the execution `$1` come to. `DELIVERY:<medium>:<state>` counts them, `PEOPLE:<medium>:SENT` the
 * people of whom at least one was accepted. `source` joins `d`, the hand-overs, to `r`, their recipients, and ends in a
 * condition on them.
 */
export function sumsOfDeliveries({ chunkNo, source }: { chunkNo: string; source: string }): string {
  return `SELECT $1::uuid, ${chunkNo}, r.optimove_template_id, 'DELIVERY:' || d.medium || ':' || d.state, count(*)
    ${source} GROUP BY 2, 3, 4
    UNION ALL
    SELECT $1::uuid, ${chunkNo}, r.optimove_template_id, 'PEOPLE:' || d.medium || ':SENT', count(DISTINCT d.seq)
    ${source} AND d.state = 'ACCEPTED' GROUP BY 2, 3, 4`;
}
