/** SQL: whether the tenant that a setting `s` names for signed events is another account's than its connection's. */
export const isForeign = `EXISTS (SELECT FROM connection f WHERE f.id = s.connection_id AND f.account_id <> s.account_id)`;

/** SQL: by which road a connection tells of a batch that was made for the `road` of its row. */
export const roadOver = (connectionId: string): string => `CASE WHEN EXISTS (SELECT FROM engagement_postback s
  WHERE s.connection_id = ${connectionId} AND s.road = 'EVENTS' AND NOT ${isForeign}) THEN road ELSE 'INTERACTIONS' END`;
