/**
 * Local time → instant, as SQL: one that does not exist means the later instant, one that exists twice the first.
 * @param local an expression of type timestamp. @param zone an expression that names a time zone.
 */
export function localInstant(local: string, zone: string): string {
  return `CASE WHEN ((${local} AT TIME ZONE ${zone}) - interval '1 hour') AT TIME ZONE ${zone} = ${local}
      THEN (${local} AT TIME ZONE ${zone}) - interval '1 hour'
      ELSE ${local} AT TIME ZONE ${zone} END`;
}
