/** SQL: by which road a connection tells of a batch that was made for the `road` of its row. */
export const roadOver = (connectionId: string): string => `CASE WHEN EXISTS (SELECT FROM engagement_postback s
  WHERE s.connection_id = ${connectionId} AND s.road = 'EVENTS') THEN road ELSE 'INTERACTIONS' END`;
