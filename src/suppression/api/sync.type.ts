import { ConnectionType, UserError } from '@libs/platform';
import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { AttributeStateEnum, GuardErrorCodeEnum, RunStateEnum, SourceEnum } from './enums';

@ObjectType('GuardUserError', { implements: () => UserError, description: 'Why a change was refused.' })
export class GuardUserError extends UserError {
  @Field(() => GuardErrorCodeEnum, { description: 'The kind of problem.' })
  code!: string;
}

@ObjectType('SuppressionAttribute', { description: 'An attribute that is kept in step with Optimove every day.' })
export class SuppressionAttributeType {
  @Field(() => ID, { description: 'Our id.' })
  id!: string;

  @Field(() => ID, { description: 'The connection.' })
  connectionId!: string;

  @Field({ description: 'Its name, the same here and in Optimove.' })
  name!: string;

  @Field({ description: 'Type of its values when it was chosen.' })
  type!: string;

  @Field(() => AttributeStateEnum, { description: 'Where its sync stands.' })
  state!: string;

  @Field(() => String, { nullable: true, description: 'Why it failed or stopped, and what to do.' })
  stateReason!: string | null;

  @Field(() => String, { nullable: true, description: 'Day of the newest changes that are applied, YYYY-MM-DD.' })
  dataDate!: string | null;

  @Field(() => String, { nullable: true, description: 'Day of the newest complete list that was loaded.' })
  completeDate!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Changes before this day were missed: values learnt before it are stale until a complete CSV is loaded.',
  })
  gapBefore!: string | null;

  @Field(() => Date, { nullable: true, description: 'When it was last brought up to date.' })
  lastSyncedAt!: Date | null;
}

@ObjectType('SuppressionFeed', { description: 'The daily suppression data of a connection.' })
export class SuppressionFeedType {
  @Field(() => ID, { description: 'The connection.' })
  connectionId!: string;

  @Field({ description: "Whether the exclusion rules count for Optimove's executions too." })
  guardsOptimove!: boolean;

  @Field(() => String, { nullable: true, description: "Optimove's data date as it was last read, YYYY-MM-DD." })
  dataDate!: string | null;

  @Field(() => Date, { nullable: true, description: 'When Optimove was last asked.' })
  checkedAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'Why the data date could not be read.' })
  problem!: string | null;

  @Field(() => Int, { description: 'Send it back with a change; two changes at once are detected.' })
  version!: number;

  @Field(() => [SuppressionAttributeType], { description: 'Its attributes.' })
  attributes!: SuppressionAttributeType[];
}

@ObjectType('SuppressionSync', { description: 'One sync of one attribute and what came of it.' })
export class SuppressionSyncType {
  @Field(() => ID, { description: 'Our id.' })
  id!: string;

  @Field(() => ID, { description: 'Its task; refused rows are at GET /tasks/{id}/errors.csv.' })
  taskId!: string;

  @Field(() => SourceEnum, { description: 'Where the values came from.' })
  source!: string;

  @Field({ description: 'Day of the data, YYYY-MM-DD.' })
  dataDate!: string;

  @Field(() => RunStateEnum, { description: 'How it ended, or that it has not.' })
  state!: string;

  @Field(() => Int, { description: 'Rows received.' })
  received!: number;

  @Field(() => Int, { description: 'Customers who had no value and have one now.' })
  added!: number;

  @Field(() => Int, { description: 'Customers whose value is another now.' })
  changed!: number;

  @Field(() => Int, { description: 'Customers whose value is gone.' })
  cleared!: number;

  @Field(() => Int, { description: 'Customers whose value is as it was.' })
  unchanged!: number;

  @Field(() => Int, {
    description: 'Of all these, people who keep what an app or an import said of them after the day of the data.',
  })
  keptOwn!: number;

  @Field(() => Int, { description: 'Of all these, customers without a profile; what they said is remembered.' })
  unknownCustomers!: number;

  @Field(() => Int, { description: 'Rows of customers who were named again, or of whom newer data were there.' })
  repeated!: number;

  @Field(() => Int, { description: 'Rows refused, each with its reason.' })
  rejected!: number;

  @Field(() => String, { nullable: true, description: 'Why it failed, or what else to know.' })
  detail!: string | null;

  @Field({ description: 'When it began.' })
  startedAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When it ended.' })
  finishedAt!: Date | null;
}

@ObjectType('SuppressionSyncConnection', { description: 'A page of syncs, newest first.' })
export class SuppressionSyncConnection extends ConnectionType(SuppressionSyncType) {}

@InputType({ description: 'Which attribute to keep in step with Optimove.' })
export class ChooseSuppressionAttributeInput {
  @Field(() => ID, { description: 'The connection.' })
  connectionId!: string;

  @Field(() => ID, { description: "A profile attribute of the project's own list." })
  attributeDefinitionId!: string;
}

@InputType({ description: 'Which attribute to take out of the sync.' })
export class RemoveSuppressionAttributeInput {
  @Field(() => ID, { description: 'Its id.' })
  id!: string;
}

@InputType({ description: 'Which connection to sync now.' })
export class RunSuppressionSyncInput {
  @Field(() => ID, { description: 'The connection.' })
  connectionId!: string;
}

@ObjectType('SuppressionAttributePayload', { description: 'Outcome of choosing an attribute.' })
export class SuppressionAttributePayload {
  @Field(() => SuppressionAttributeType, { nullable: true, description: 'The attribute; null when refused.' })
  suppressionAttribute!: SuppressionAttributeType | null;

  @Field(() => [GuardUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: GuardUserError[];
}

@ObjectType('RemoveSuppressionAttributePayload', { description: 'Outcome of taking an attribute out of the sync.' })
export class RemoveSuppressionAttributePayload {
  @Field(() => ID, { nullable: true, description: 'Id of the removed attribute; null when refused.' })
  removedId!: string | null;

  @Field(() => [GuardUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: GuardUserError[];
}

@ObjectType('RunSuppressionSyncPayload', { description: 'Outcome of Run now.' })
export class RunSuppressionSyncPayload {
  @Field(() => String, {
    nullable: true,
    description:
      "Optimove's data date; attributes that have this day already stay, unless they were stopped. Null when it could not be read.",
  })
  dataDate!: string | null;

  @Field(() => [GuardUserError], { description: 'What to mend; empty when it was begun.' })
  userErrors!: GuardUserError[];
}
