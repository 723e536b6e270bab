import { totalsAtOptimove } from './at-optimove';
import { shownTotals } from './compare-doubts';
import type { ProofConnection, ProofStage } from './proof-stage';
import type { ProofWorld } from './proof-world';

/** Says of every uncertain total what Optimove's screens show. @returns how many there were. */
export async function reconcileTotals(
  world: ProofWorld,
  stage: ProofStage,
  connection: ProofConnection,
): Promise<number> {
  const there = await totalsAtOptimove(world, connection);
  const uncertain = await shownTotals(stage, connection, ['UNCERTAIN']);
  for (const { id, metric, acknowledgedValue, uncertainValue } of uncertain) {
    const seen = { connectionId: connection.connectionId, id, acknowledgedValue, uncertainValue };
    const input = { ...seen, optimoveValue: there(metric) };
    await stage.graphql.mutate('reconcilePostback', 'ReconcilePostbackInput', 'settledIds', input);
  }
  return uncertain.length;
}

/** Posts everything again that is posted as a total: it must change nothing. */
export async function postTotalsAgain({ graphql }: ProofStage, connection: ProofConnection): Promise<void> {
  if (connection.telling.metricsMode !== 'ABSOLUTE') return;
  const { connectionId } = connection;
  const ids = (await shownTotals({ graphql }, connection)).map(({ id }) => id);
  const { settledIds } = await graphql.mutate<{ settledIds: string[] }>(
    'settlePostbacks',
    'SettlePostbacksInput',
    'settledIds',
    { connectionId, ids, decision: 'POST_AGAIN' },
  );
  if (settledIds.length !== ids.length)
    throw new Error(`${settledIds.length} of ${ids.length} totals are posted again`);
}
