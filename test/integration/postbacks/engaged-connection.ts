import { PostEngagement } from '../../../src/postbacks/engagement/post-engagement';
import type { Stage } from './stage';

/** How the engagement of a connection stands. */
export interface Standing {
  version: number;
  owed: number;
  waiting: number;
  acknowledged: number;
  refused: number;
  uncertain: number;
  expired: number;
  maybeTwice: number;
  oldestOwedAt: string | null;
  alarm: string | null;
}

/** A batch as people see it. */
export interface SeenBatch {
  id: string;
  state: string;
  customers: number;
  doubts: number;
}

/** What tests ask of a connection whose engagement is told, and do with it. */
export interface EngagedConnection {
  answer<T>(document: string, variables: object): Promise<T>;
  standing(): Promise<Standing>;
  /** Sets how its engagement is told. @returns what stood in the way. */
  set(input: object): Promise<{ code: string; path: string[] }[]>;
  /** `filter` is a further argument of `engagementBatches`, with its comma. */
  batches(filter?: string): Promise<SeenBatch[]>;
  post(): Promise<void>;
  /** Customers who counted at Optimove by interactions. */
  countedIds(): string[];
}

/** Signs events. */
export const tenantToken = 'tenant-token-of-a-test';

const view = `version waiting owed acknowledged refused uncertain expired maybeTwice oldestOwedAt alarm hasEventsToken`;

/** So many customers who did something. */
export function people(count: number): { customer: string }[] {
  return Array.from({ length: count }, (_, n) => ({ customer: `C${n + 1}` }));
}

/** Of the connection that a test is about at the moment. */
export function engagedConnection(at: () => { stage: Stage; connectionId: string }): EngagedConnection {
  const answer = async <T>(document: string, variables: object): Promise<T> => {
    const { data, errors } = await at().stage.ask(document, variables);
    if (errors) throw new Error(JSON.stringify(errors));
    return data as T;
  };
  const standing = async (): Promise<Standing> =>
    (
      await answer<{ engagementPostback: Standing }>(
        `query ($id: ID!) { engagementPostback(connectionId: $id) { ${view} } }`,
        { id: at().connectionId },
      )
    ).engagementPostback;
  return {
    answer,
    standing,
    set: async (input) => {
      const { version } = await standing();
      const { setEngagementPostback } = await answer<{ setEngagementPostback: { userErrors: never[] } }>(
        `mutation ($input: SetEngagementPostbackInput!) { setEngagementPostback(input: $input) { userErrors { code path } } }`,
        { input: { connectionId: at().connectionId, version, ...input } },
      );
      return setEngagementPostback.userErrors;
    },
    batches: async (filter = '') =>
      (
        await answer<{ engagementBatches: { nodes: SeenBatch[] } }>(
          `query ($id: ID!) { engagementBatches(connectionId: $id ${filter}) { nodes { id state customers doubts } } }`,
          { id: at().connectionId },
        )
      ).engagementBatches.nodes,
    post: () => at().stage.app.get(PostEngagement).run(at().connectionId),
    countedIds: () => at().stage.optimove.counted.flatMap(({ CustomerIDs }) => CustomerIDs),
  };
}
