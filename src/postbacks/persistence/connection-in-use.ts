/** SQL: whether something is told over a connection; whoever is not known to be off is taken to be in use. */
export const isInUse = (connectionId: string): string => `NOT EXISTS (SELECT 1 FROM connection n
  WHERE n.id = ${connectionId} AND (n.is_disabled OR n.deleted_at IS NOT NULL))`;
