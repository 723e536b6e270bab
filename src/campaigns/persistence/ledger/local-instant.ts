/**
 * Local time → instant, as SQL: one that does not exist means the later instant, one that exists twice the first. Where the
 * clock is put back by however much, it was ahead by as much the day before.
 * @param local an expression of type timestamp. @param zone an expression that names a time zone.
 */
export function localInstant(local: string, zone: string): string {
  const dayBefore = `(${local} - interval '1 day')`;
  const ahead = `(${dayBefore} AT TIME ZONE 'UTC' AT TIME ZONE ${zone}) - ${dayBefore}`;
  const first = `((${local} - (${ahead})) AT TIME ZONE 'UTC')`;
  return `CASE WHEN ${first} AT TIME ZONE ${zone} = ${local} THEN ${first} ELSE ${local} AT TIME ZONE ${zone} END`;
}
