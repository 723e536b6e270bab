import { ConnectionType, PageArgs } from '@libs/platform';
import { ArgsType, Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsIn, IsOptional, IsUUID, Length, Matches } from 'class-validator';
import { DryRunType, DryRunUserError, RehearsedCustomerType } from './dry-run.type';

const outcomes = ['ANNOUNCED', 'TRIGGERED', 'CANCELLED', 'NOTED', 'UNREADABLE', 'REFUSED'] as const;
const JournalOutcomeEnum = Object.fromEntries(outcomes.map((outcome) => [outcome, outcome]));
registerEnumType(JournalOutcomeEnum, { name: 'JournalOutcome', description: 'What we made of a call.' });

const verdicts = ['UNREADABLE', 'REFUSED', 'NOTED', 'ONE_CUSTOMER', 'WHOLE_LIST'] as const;
const ReplayVerdictEnum = Object.fromEntries(verdicts.map((verdict) => [verdict, verdict]));
registerEnumType(ReplayVerdictEnum, { name: 'ReplayVerdict', description: 'What a call would do.' });

/** Which calls to list. */
@ArgsType()
export class CallbackJournalArgs extends PageArgs {
  @Field(() => ID, { description: 'The connection.' })
  @IsUUID()
  connectionId!: string;

  @Field(() => JournalOutcomeEnum, { nullable: true, description: 'Only calls of which we made this.' })
  @IsOptional()
  @IsIn(outcomes)
  outcome?: string | null;

  @Field(() => String, { nullable: true, description: 'Only calls that name this campaign of Optimove.' })
  @IsOptional()
  @Length(1, 255)
  optimoveCampaignId?: string | null;
}

@ObjectType('JournalledCall', { description: 'A call from Optimove as it came, and what we made of it.' })
export class JournalledCallType {
  @Field(() => ID, { description: 'Pass to replayCallback.' })
  id!: string;

  @Field({ description: 'Which listener was called, such as event-13.' })
  kind!: string;

  @Field({ description: 'When it came.' })
  receivedAt!: Date;

  @Field(() => JournalOutcomeEnum, { description: 'What we made of it.' })
  outcome!: string;

  @Field(() => String, { nullable: true, description: 'Why.' })
  reason!: string | null;

  @Field(() => ID, { nullable: true, description: 'The execution it led to.' })
  executionId!: string | null;

  @Field(() => String, { nullable: true, description: 'Campaign id as we read it.' })
  optimoveCampaignId!: string | null;

  @Field(() => Int, { nullable: true, description: 'Channel id as we read it.' })
  optimoveChannelId!: number | null;

  @Field(() => Date, {
    nullable: true,
    description:
      'When its personal data were removed, at the latest three days after it came; null while they are there.',
  })
  strippedAt!: Date | null;

  @Field({ description: 'The body, secrets and addresses masked; at most 4,000 characters.' })
  maskedBody!: string;
}

@ObjectType('JournalledCallConnection', { description: 'A page of calls, newest first.' })
export class JournalledCallConnection extends ConnectionType(JournalledCallType) {}

@InputType({ description: 'Which call to replay.' })
export class ReplayCallbackInput {
  @Field(() => ID, { description: 'Its id in the journal.' })
  @Matches(/^\d{1,18}$/)
  journalId!: string;
}

@ObjectType('Replay', { description: 'What a call would do now. Nothing is sent.' })
export class ReplayType {
  @Field(() => ReplayVerdictEnum, {
    description: 'ONE_CUSTOMER for a trigger, WHOLE_LIST for a scheduled campaign; else why there is nobody.',
  })
  verdict!: string;

  @Field(() => String, { nullable: true, description: 'Why nobody would be sent to.' })
  reason!: string | null;

  @Field(() => Int, { nullable: true, description: 'Event type as we read it.' })
  eventTypeId!: number | null;

  @Field(() => String, { nullable: true, description: 'Campaign id as we read it.' })
  optimoveCampaignId!: string | null;

  @Field(() => Int, { nullable: true, description: 'Channel id as we read it.' })
  optimoveChannelId!: number | null;

  @Field(() => RehearsedCustomerType, {
    nullable: true,
    description: 'What would become of the customer of a trigger.',
  })
  customer!: RehearsedCustomerType | null;

  @Field(() => [DryRunType], {
    description:
      'The rehearsals of whole lists, which go on in the background; event 1 names a campaign on all its channels.',
  })
  dryRuns!: DryRunType[];
}

@ObjectType('ReplayCallbackPayload', { description: 'Outcome of replaying a call.' })
export class ReplayCallbackPayload {
  @Field(() => ReplayType, { nullable: true, description: 'What it would do; null when refused.' })
  replay!: ReplayType | null;

  @Field(() => [DryRunUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: DryRunUserError[];
}
