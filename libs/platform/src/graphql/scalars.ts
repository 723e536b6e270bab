import { CustomScalar, Scalar } from '@nestjs/graphql';
import { GraphQLError, Kind, type ValueNode } from 'graphql';

/** An instant on the wire: ISO 8601 in UTC. */
@Scalar('DateTime', () => Date)
export class DateTimeScalar implements CustomScalar<string, Date> {
  description = 'An instant, ISO 8601 with zone, answered in UTC, e.g. 2026-05-04T16:00:00.000Z.';

  parseValue(value: unknown): Date {
    const date = new Date(String(value));
    if (Number.isNaN(date.getTime()))
      throw new GraphQLError('DateTime must be an ISO 8601 instant, e.g. 2026-05-04T16:00:00Z');
    return date;
  }

  serialize(value: unknown): string {
    return (value instanceof Date ? value : new Date(String(value))).toISOString();
  }

  parseLiteral(node: ValueNode): Date {
    return this.parseValue(node.kind === Kind.STRING ? node.value : Number.NaN);
  }
}
