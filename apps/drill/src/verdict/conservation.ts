import type { ExecutedCampaign } from '../optimove/callbacks';
import type { GraphqlClient } from '../optimove/graphql';
import type { Observer } from '../servers/database';

interface Node {
  id: string;
  optimoveCampaignId: string | null;
  directCampaignId: string | null;
  state: string;
  funnel: { received: number; ended: number; endStates: { state: string; count: number }[] };
}

interface Page {
  executions: { nodes: Node[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
}

const query = `query ($after: String) { executions(first: 50, after: $after) {
  nodes { id optimoveCampaignId directCampaignId state funnel { received ended endStates { state count } } }
  pageInfo { hasNextPage endCursor } } }`;

/**
 * Executions whose sums do not agree: rows that Optimove listed, or people of the audience = received = Σ end states, as people are told and as
 * the rows of the ledger say.
 */
export async function brokenSums(
  graphql: GraphqlClient,
  observer: Observer,
  campaigns: ExecutedCampaign[],
): Promise<string[]> {
  const listed = new Map(campaigns.map(({ id, rows }) => [id, rows]));
  const broken: string[] = [];
  let after: string | null = null;
  for (;;) {
    const { executions }: Page = await graphql.ask<Page>(query, { after });
    for (const node of executions.nodes) broken.push(...(await check(node, observer, listed)));
    if (!executions.pageInfo.hasNextPage) return broken;
    after = executions.pageInfo.endCursor;
  }
}

async function check(node: Node, observer: Observer, listed: Map<string, number>): Promise<string[]> {
  const { received, ended, endStates } = node.funnel;
  const counted = await countRows(observer, node.id);
  const told = endStates.reduce((sum, { count }) => sum + count, 0);
  const wanted =
    node.state === 'COMPLETED' ? listed.get(node.optimoveCampaignId ?? node.directCampaignId ?? '') : undefined;
  const numbers = { listed: wanted ?? received, received, ended, told, counted };
  const isExact = Object.values(numbers).every((number) => number === received);
  return isExact ? [] : [`execution ${node.id} (${node.state}): ${JSON.stringify(numbers)}`];
}

async function countRows(observer: Observer, executionId: string): Promise<number> {
  const [row] = await observer.ask<{ count: number }>(
    `SELECT (SELECT count(*) FROM recipient WHERE execution_id = $1 AND end_state IS NOT NULL)::int
       + (SELECT count(*) FROM recipient_reject WHERE execution_id = $1)::int AS count`,
    [executionId],
  );
  return row?.count ?? 0;
}
