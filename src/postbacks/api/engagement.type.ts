import { ConnectionType, UserError } from '@libs/platform';
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  IsUUID,
  Length,
  Max,
  Min,
} from 'class-validator';
import {
  batchStates,
  type DoubtRule,
  doubtRules,
  type EngagementRoad,
  engagementEvents,
  engagementRoads,
} from '../domain/engagement';
import { type TotalDecision, totalDecisions } from '../persistence/settled-total.repository';
import { DecisionEnum } from './settle-postbacks.type';

const enumOf = <T extends string>(values: readonly T[]) => Object.fromEntries(values.map((value) => [value, value]));

const RoadEnum = enumOf(engagementRoads);
registerEnumType(RoadEnum, {
  name: 'EngagementRoad',
  description:
    'How Optimove is told what each customer did. INTERACTIONS: UpdateCampaignInteractions. EVENTS: signed saveEvent, which Optimove has to set up. NONE: totals only.',
});

const DoubtEnum = enumOf(doubtRules);
registerEnumType(DoubtEnum, {
  name: 'DoubtRule',
  description: 'What to do with a batch that may have counted. POST_AGAIN: it may count twice. KEEP: a person decides.',
});

/** States of a batch. */
export const BatchStateEnum = enumOf(batchStates);
registerEnumType(BatchStateEnum, {
  name: 'EngagementBatchState',
  description:
    'UNCERTAIN: posted without an answer. EXPIRED: more than seven days after the last send, or the event itself is older.',
});

const EventEnum = enumOf(engagementEvents);
registerEnumType(EventEnum, { name: 'EngagementEvent', description: 'What customers did with a message.' });

const ErrorCodeEnum = enumOf(['INVALID', 'STALE', 'EVENTS_URL', 'EVENTS_TOKEN', 'NOTHING_TO_SETTLE']);
registerEnumType(ErrorCodeEnum, { name: 'EngagementPostbackErrorCode', description: 'Why nothing was changed.' });

const CheckEnum = enumOf(['FOUND', 'NOT_FOUND', 'PARTLY_FOUND', 'CANNOT_TELL']);
registerEnumType(CheckEnum, {
  name: 'EngagementCheckOutcome',
  description: 'Whether Optimove shows the event of a batch’s customers. NOT_FOUND may only mean: not yet.',
});

@ObjectType('EngagementPostback', { description: 'How a connection tells Optimove what each customer did.' })
export class EngagementPostbackType {
  @Field(() => ID, { description: 'The connection.' })
  connectionId!: string;

  @Field(() => RoadEnum, { description: 'By which call.' })
  road!: string;

  @Field(() => DoubtEnum, { description: 'What to do with a batch that may have counted.' })
  onDoubt!: string;

  @Field(() => Int, { description: 'Minutes for which events are collected before they are posted.' })
  everyMinutes!: number;

  @Field(() => String, { nullable: true, description: 'Where signed events go.' })
  eventsUrl!: string | null;

  @Field({ description: 'Whether the tenant token that signs them is stored. It is never returned.' })
  hasEventsToken!: boolean;

  @Field(() => Int, { description: 'Send it back with a change; two changes at once are detected.' })
  version!: number;

  @Field(() => Int, { description: 'Events that are being collected.' })
  waiting!: number;

  @Field(() => Int, { description: 'Events in batches that are to be posted.' })
  owed!: number;

  @Field(() => Int, { description: 'Events that Optimove acknowledged.' })
  acknowledged!: number;

  @Field(() => Int, { description: 'Events that Optimove refused.' })
  refused!: number;

  @Field(() => Int, { description: 'Events that were posted without an answer and wait for a decision.' })
  uncertain!: number;

  @Field(() => Int, { description: 'Events that came too late for Optimove.' })
  expired!: number;

  @Field(() => Int, {
    description: 'Acknowledged events of batches that were posted again and may have counted twice.',
  })
  maybeTwice!: number;

  @Field(() => Date, { nullable: true, description: 'The oldest event that Optimove has not been told of.' })
  oldestOwedAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'What somebody should look at.' })
  alarm!: string | null;
}

@ObjectType('EngagementBatch', { description: 'Customers with one event of one message on one day, told in one call.' })
export class EngagementBatchType {
  @Field(() => ID, {
    description: 'Our id; its customers are at GET /postbacks/{connectionId}/engagement.csv?batchId=.',
  })
  id!: string;

  @Field({ description: 'Campaign id in Optimove.' })
  optimoveCampaignId!: string;

  @Field(() => Int, { description: 'Channel id in Optimove.' })
  optimoveChannelId!: number;

  @Field({ description: 'Template id in Optimove.' })
  optimoveTemplateId!: string;

  @Field(() => EventEnum, { description: 'What they did.' })
  event!: string;

  @Field({ description: 'Day of it, YYYY-MM-DD, in the connection’s time zone.' })
  day!: string;

  @Field(() => RoadEnum, { description: 'By which call.' })
  road!: string;

  @Field(() => Int, { description: 'How many customers.' })
  customers!: number;

  @Field(() => BatchStateEnum, { description: 'Whether Optimove knows.' })
  state!: string;

  @Field(() => Int, { description: 'Posts without an answer: so many times it may have counted besides.' })
  doubts!: number;

  @Field(() => String, { nullable: true, description: 'Why the last post failed.' })
  lastError!: string | null;

  @Field(() => Date, { description: 'When it was made up.' })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When it was acknowledged, refused, given up or kept.' })
  settledAt!: Date | null;
}

@ObjectType('EngagementBatchConnection', { description: 'A page of batches, newest first.' })
export class EngagementBatchConnection extends ConnectionType(EngagementBatchType) {}

@InputType({ description: 'How Optimove is to be told what each customer did; what is absent stays.' })
export class SetEngagementPostbackInput {
  @Field(() => ID, { description: 'The connection.' })
  @IsUUID()
  connectionId!: string;

  @Field(() => Int, { description: 'The version you read.' })
  @IsInt()
  @Min(0)
  version!: number;

  @Field(() => RoadEnum, { nullable: true, description: 'By which call; INTERACTIONS first.' })
  @IsOptional()
  @IsIn([...engagementRoads])
  road?: EngagementRoad;

  @Field(() => DoubtEnum, { nullable: true, description: 'What to do with what may have counted; POST_AGAIN first.' })
  @IsOptional()
  @IsIn([...doubtRules])
  onDoubt?: DoubtRule;

  @Field(() => Int, { nullable: true, description: 'Minutes to collect, 0 to 1440; 5 first.' })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(1_440)
  everyMinutes?: number;

  @Field(() => String, {
    nullable: true,
    description: 'Such as https://metric-42.optimove.net/api/saveEvent; null takes it away.',
  })
  @IsOptional()
  @Length(1, 500)
  eventsUrl?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The tenant token that signs; stored encrypted. Null takes it away.',
  })
  @IsOptional()
  @Length(1, 1000)
  eventsToken?: string | null;
}

@InputType({ description: 'What to do about batches that Optimove refused or that are uncertain.' })
export class SettleEngagementInput {
  @Field(() => ID, { description: 'Their connection.' })
  @IsUUID()
  connectionId!: string;

  @Field(() => [ID], { description: 'Ids of batches, at most 200.' })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(200)
  @IsUUID(undefined, { each: true })
  ids!: string[];

  @Field(() => DecisionEnum, { description: 'What to do.' })
  @IsIn([...totalDecisions])
  decision!: TotalDecision;
}

@InputType({ description: 'Uncertain batches to ask Optimove about.' })
export class CheckEngagementInput {
  @Field(() => ID, { description: 'Their connection.' })
  @IsUUID()
  connectionId!: string;

  @Field(() => [ID], { description: 'Ids of batches, at most 20.' })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(20)
  @IsUUID(undefined, { each: true })
  ids!: string[];
}

@ObjectType('EngagementPostbackUserError', { implements: () => UserError, description: 'Why nothing was changed.' })
export class EngagementPostbackUserError extends UserError {
  @Field(() => ErrorCodeEnum, { description: 'The kind of problem.' })
  code!: string;
}

@ObjectType('EngagementPostbackPayload', { description: 'Outcome of a change.' })
export class EngagementPostbackPayload {
  @Field(() => EngagementPostbackType, { nullable: true, description: 'How it is now.' })
  engagementPostback!: EngagementPostbackType | null;

  @Field(() => [EngagementPostbackUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: EngagementPostbackUserError[];
}

@ObjectType('SettleEngagementPayload', { description: 'Outcome of settling batches.' })
export class SettleEngagementPayload {
  @Field(() => [ID], { description: 'Batches that were settled.' })
  settledIds!: string[];

  @Field(() => [EngagementPostbackUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: EngagementPostbackUserError[];
}

@ObjectType('EngagementCheck', { description: 'What Optimove says of an uncertain batch.' })
export class EngagementCheckType {
  @Field(() => ID, { description: 'The batch.' })
  id!: string;

  @Field(() => CheckEnum, { description: 'FOUND settles it as acknowledged.' })
  outcome!: string;

  @Field(() => String, { nullable: true, description: 'More about it.' })
  detail!: string | null;
}

@ObjectType('CheckEngagementPayload', { description: 'Outcome of asking Optimove.' })
export class CheckEngagementPayload {
  @Field(() => [EngagementCheckType], { description: 'One for each batch that was uncertain.' })
  checks!: EngagementCheckType[];

  @Field(() => [EngagementPostbackUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: EngagementPostbackUserError[];
}
