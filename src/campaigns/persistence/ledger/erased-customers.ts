import { execute, query, type Tx } from '@libs/platform';
import type { OptimoveExecutionRow } from './execution.repository';

/** As long as a list may be read again, and a day more. */
const keptFor = '4 days';

const digestOf = (customerId: string, key: string): string => `sha256(${key} || convert_to(${customerId}, 'UTF8'))`;

/** Keeps in mind, by keyed digest, that these customers were erased. */
export async function rememberErased(tx: Tx, projectId: string, customerIds: string[], key: Buffer): Promise<void> {
  await execute(
    tx,
    `INSERT INTO erased_customer (project_id, digest) SELECT DISTINCT $1::uuid, ${digestOf('id', '$3::bytea')}
     FROM unnest($2::text[]) AS id ON CONFLICT ON CONSTRAINT pk_erased_customer DO UPDATE SET erased_at = now()`,
    [projectId, customerIds, key],
  );
}

/** Forgets whom no list can bring back any more. */
export async function forgetErased(tx: Tx): Promise<void> {
  await execute(tx, `DELETE FROM erased_customer WHERE erased_at < now() - interval '${keptFor}'`);
}

/**
 * Takes listed rows away of customers who were erased after the campaign was announced: their earlier rows do not say
 * any more whose they are, so nothing else keeps them from becoming known, and getting it, once more.
 * @returns how many.
 */
export async function dropErased(
  tx: Tx,
  {
    execution,
    connectionIds,
    erasureKeys,
  }: { execution: OptimoveExecutionRow; connectionIds: string[]; erasureKeys: Buffer[] },
): Promise<number> {
  const [first] = await query<{ at: Date; is_needed: boolean }>(
    tx,
    `SELECT at, EXISTS (SELECT 1 FROM erased_customer WHERE project_id = $1 AND erased_at >= at) AS is_needed
     FROM (SELECT min(announced_at) AS at FROM execution WHERE id = $2 OR (project_id = $1 AND connection_id = ANY($3::uuid[])
         AND optimove_campaign_id = $4 AND optimove_channel_id = $5 AND announced_at > now() - interval '${keptFor}')) AS first`,
    [execution.project_id, execution.id, connectionIds, execution.optimove_campaign_id, execution.optimove_channel_id],
  );
  if (!first?.is_needed) return 0;
  return execute(
    tx,
    `DELETE FROM recipient_staging s USING unnest($4::bytea[]) AS k(secret), erased_customer x
     WHERE s.execution_id = $1 AND s.reading = $2 AND x.project_id = $3 AND x.erased_at >= $5
       AND x.digest = ${digestOf('s.customer_id', 'k.secret')}`,
    [execution.id, execution.reading, execution.project_id, erasureKeys, first.at],
  );
}
