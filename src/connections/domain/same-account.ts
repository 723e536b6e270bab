/** SQL: ids of a connection and of all others of its project to the same account, deleted or not, as an array. */
export function sameAccountSql(connectionId: string): string {
  return `ARRAY(SELECT ${connectionId} UNION SELECT o.id FROM connection c
    JOIN connection o ON o.project_id = c.project_id AND o.account_id = c.account_id WHERE c.id = ${connectionId})`;
}
