import { deeds } from './acts';
import { type Metric, metricIds, totalsAtOptimove } from './at-optimove';
import type { Expected } from './expected';
import type { ProofConnection, ProofStage } from './proof-stage';
import type { ProofWorld } from './proof-world';

const metrics = Object.keys(metricIds) as Metric[];
const inFunnel = (metric: Metric): string => metric.toLowerCase();

/** A total of one connection, as it was played, as our ledger has it, and as Optimove holds it. */
interface Total {
  metric: Metric;
  played: number;
  ledger: number;
  there: number;
}

/** Compares all totals. @returns those that differ, and those that are of nobody and so show nothing. */
export async function compareTotals(
  world: ProofWorld,
  { graphql }: ProofStage,
  { connection, expected }: { connection: ProofConnection; expected: Expected },
): Promise<{ different: string[]; ofNobody: string[] }> {
  const { execution } = await graphql.ask<{ execution: { funnel: Record<string, number> } }>(
    `query ($id: ID!) { execution(id: $id) { funnel { ${metrics.map(inFunnel).join(' ')} } } }`,
    { id: connection.executionId },
  );
  const there = await totalsAtOptimove(world, connection);
  const totals = metrics.map(
    (metric): Total => ({
      metric,
      played: playedOf(metric, connection, expected),
      ledger: execution.funnel[inFunnel(metric)] ?? 0,
      there: there(metric),
    }),
  );
  const { name } = connection.telling;
  return {
    different: totals
      .filter(({ played, ledger, there }) => played !== ledger || ledger !== there)
      .map((total) => `${name}: ${total.metric} ${total.played} played, ${total.ledger} here, ${total.there} there`),
    ofNobody: totals.filter(({ played }) => played === 0).map(({ metric }) => `${name}: ${metric}`),
  };
}

function playedOf(metric: Metric, { announced, people }: ProofConnection, expected: Expected): number {
  if (metric === 'SENT') return expected.sent;
  if (metric === 'DROPPED') return announced - people.length + expected.unreachable;
  return expected.deeds(deeds.filter((deed) => deed === metric)).size;
}
