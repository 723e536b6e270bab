import { ConnectionType, UserError } from '@libs/platform';
import { Field, Float, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsNumber, IsOptional, IsUUID, Length, Max, Min } from 'class-validator';
import type { DryRunRow } from '../rehearsal/dry-run.repository';
import { EndStateCountType, EndStateEnum } from './execution.type';

const DryRunErrorCodeEnum = { INVALID: 'INVALID', NOT_FOUND: 'NOT_FOUND' };
registerEnumType(DryRunErrorCodeEnum, { name: 'DryRunErrorCode', description: 'Why nothing was rehearsed.' });

@ObjectType('MissingField', { description: 'A merge field without a value.' })
export class MissingFieldType {
  @Field({ description: 'Its name.' })
  field!: string;

  @Field(() => Int, {
    description: 'How many customers lack it: their messages go without it, or not at all where the campaign says so.',
  })
  customers!: number;
}

@ObjectType('RehearsedMessages', { description: 'Messages of one medium that would go out.' })
export class RehearsedMessagesType {
  @Field({ description: 'The medium.' })
  medium!: string;

  @Field(() => Int, { description: 'One per address.' })
  count!: number;
}

@ObjectType('DryRunResult', { description: 'The funnel that would result. received is the sum of endStates.' })
export class DryRunResultType {
  @Field(() => Int, { description: 'Customer rows Optimove lists; people in the segment of a Direct campaign.' })
  received!: number;

  @Field(() => Int, { description: 'Customers with a profile.' })
  matched!: number;

  @Field(() => Int, { description: 'Mobile numbers that break the format.' })
  badNumbers!: number;

  @Field(() => [EndStateCountType], { description: 'Customers by end; SENT stands for "would be handed over".' })
  endStates!: EndStateCountType[];

  @Field(() => [MissingFieldType], { description: 'Merge fields without a value; at most 200 fields.' })
  missingFields!: MissingFieldType[];

  @Field(() => [RehearsedMessagesType], { description: 'Messages that would go out.' })
  messages!: RehearsedMessagesType[];

  @Field(() => Int, { description: 'Parts of the text messages; each is charged.' })
  smsParts!: number;

  @Field(() => Float, { nullable: true, description: 'What they cost at the price given; null without a price.' })
  smsCost!: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Why a Direct campaign would wait now instead of going out: the data of an exclusion rule cannot be relied on. Null when nothing holds it.',
  })
  holdReason!: string | null;
}

@ObjectType('DryRun', {
  description:
    'A rehearsal of a campaign: nothing is sent. Its progress is that of its task, whose errors.csv names the first 10,000 customers who would get nothing, lack a value or have a bad number.',
})
export class DryRunType {
  @Field(() => ID, { description: 'Our id.' })
  id!: string;

  @Field(() => ID, { nullable: true, description: 'The connection; null for a Direct campaign.' })
  connectionId!: string | null;

  @Field(() => ID, { nullable: true, description: 'The Direct campaign; null for a list of Optimove.' })
  directCampaignId!: string | null;

  @Field(() => ID, { description: 'Its task, with progress and, when it failed, the reason.' })
  taskId!: string;

  @Field({ description: 'When it was asked for.' })
  requestedAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When it was over.' })
  finishedAt!: Date | null;

  @Field(() => DryRunResultType, { nullable: true, description: 'What it found; null until it is over.' })
  result!: DryRunResultType | null;
}

/** A rehearsal as GraphQL shows it. */
export function toDryRun(row: DryRunRow): DryRunType {
  return { ...row, directCampaignId: row.kind === 'DIRECT' ? row.request.directCampaignId : null };
}

@ObjectType('DryRunConnection', { description: 'A page of rehearsals, newest first.' })
export class DryRunConnection extends ConnectionType(DryRunType) {}

@InputType({ description: 'What to rehearse.' })
export class StartDryRunInput {
  @Field(() => ID, { description: 'The channel.' })
  @IsUUID()
  channelId!: string;

  @Field({ description: 'Campaign id in Optimove; Optimove must have executed it, or its list is empty.' })
  @Length(1, 255)
  optimoveCampaignId!: string;

  @Field(() => Float, { nullable: true, description: 'Price of one SMS part, in your currency.' })
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(1000)
  smsPartPrice?: number | null;
}

@InputType({ description: 'Which Direct campaign to rehearse.' })
export class StartDirectDryRunInput {
  @Field(() => ID, { description: 'The Direct campaign, launched or not: it is rehearsed as it is edited now.' })
  @IsUUID()
  id!: string;

  @Field(() => Float, { nullable: true, description: 'Price of one SMS part, in your currency.' })
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(1000)
  smsPartPrice?: number | null;
}

@ObjectType('DryRunUserError', { implements: () => UserError, description: 'Why nothing was rehearsed.' })
export class DryRunUserError extends UserError {
  @Field(() => DryRunErrorCodeEnum, { description: 'The kind of problem.' })
  code!: string;
}

@ObjectType('StartDryRunPayload', { description: 'Outcome of asking for a rehearsal.' })
export class StartDryRunPayload {
  @Field(() => DryRunType, { nullable: true, description: 'The rehearsal, which goes on in the background.' })
  dryRun!: DryRunType | null;

  @Field(() => [DryRunUserError], { description: 'What to mend; empty when it was begun.' })
  userErrors!: DryRunUserError[];
}

@ObjectType('RehearsedMessage', { description: 'A message that would go out, to one address.' })
export class RehearsedMessageType {
  @Field({ description: 'The medium.' })
  medium!: string;

  @Field(() => Int, { description: 'Parts of a text message; 0 for other media.' })
  smsParts!: number;
}

@ObjectType('RehearsedCustomer', { description: 'What would become of one customer.' })
export class RehearsedCustomerType {
  @Field(() => EndStateEnum, { description: 'The end; SENT stands for "would be handed over".' })
  state!: string;

  @Field(() => String, { nullable: true, description: 'Why.' })
  reason!: string | null;

  @Field({ description: 'Whether there is a profile.' })
  isMatched!: boolean;

  @Field(() => [RehearsedMessageType], { description: 'Messages that would go out.' })
  messages!: RehearsedMessageType[];

  @Field(() => String, { nullable: true, description: 'What is wrong with the mobile number, if anything.' })
  numberProblem!: string | null;

  @Field(() => [String], { description: 'Merge fields without a value.' })
  missingFields!: string[];
}
