import { ConnectionType } from '@libs/platform';
import { Field, ID, ObjectType } from '@nestjs/graphql';

@ObjectType('UnknownReport', { description: 'A report of a provider that changed nothing.' })
export class UnknownReportType {
  @Field(() => ID, { description: 'Of this list alone.' })
  id!: string;

  @Field(() => ID, { description: 'The provider account that reported.' })
  accountId!: string;

  @Field({ description: 'The name of the message at the provider; empty when nobody could read the report.' })
  providerMessageId!: string;

  @Field({ description: 'DELIVERED, FAILED, UNKNOWN, COMPLAINED, UNSUBSCRIBED; UNREADABLE when nobody could read it.' })
  status!: string;

  @Field({ description: "The provider's own words, or why nobody could read it." })
  code!: string;

  @Field(() => String, { nullable: true, description: 'The beginning of what nobody could read.' })
  raw!: string | null;

  @Field({ description: 'When it came.' })
  receivedAt!: Date;
}

@ObjectType({ description: 'A page of reports that changed nothing.' })
export class UnknownReportConnection extends ConnectionType(UnknownReportType) {}
