import { type DocumentNode, GraphQLError, type GraphQLSchema, Kind, parse, specifiedRules, validate } from 'graphql';
import type { Context, ServerOptions } from 'graphql-ws';
import { limitRules } from './limits';

const mostSubscriptions = 20;

/** How subscriptions are served over graphql-ws: one by one bounded, validated like queries, and nothing but them. */
export const sockets: Partial<ServerOptions> = {
  onConnect: ({ connectionParams }) => authorizationOf(connectionParams) !== undefined,
  onSubscribe: ({ subscriptions }: Context, _id, { query }) => {
    if (Object.keys(subscriptions).length > mostSubscriptions) {
      return [new GraphQLError(`At most ${mostSubscriptions} subscriptions on one connection`)];
    }
    const isSubscription = operationsOf(query).every((operation) => operation === 'subscription');
    return isSubscription
      ? undefined
      : [new GraphQLError('Only subscriptions are served here; POST the rest to /graphql')];
  },
  validate: (schema: GraphQLSchema, document: DocumentNode) =>
    validate(schema, document, [...specifiedRules, ...limitRules]),
};

/** What guards see of a request: the one of HTTP, or one made of the connection parameters. */
export function contextOf(given: unknown): { req: unknown } {
  const { connectionParams } = (given ?? {}) as { connectionParams?: Record<string, unknown> };
  if (!connectionParams) return { req: given };
  return { req: { headers: { authorization: authorizationOf(connectionParams) } } };
}

function authorizationOf(params: Record<string, unknown> | undefined): string | undefined {
  const value = params?.authorization ?? params?.Authorization;
  return typeof value === 'string' ? value : undefined;
}

function operationsOf(query: string): string[] {
  try {
    return parse(query).definitions.flatMap((each) =>
      each.kind === Kind.OPERATION_DEFINITION ? [each.operation] : [],
    );
  } catch {
    // A query that cannot be parsed is refused with its place in the text a step later.
    return [];
  }
}
