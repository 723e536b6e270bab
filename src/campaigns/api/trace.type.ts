import { ConnectionType } from '@libs/platform';
import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { traceStepKinds } from '../domain/execution/trace-steps';
import { EndStateEnum } from './execution.type';

@ObjectType('TracedDelivery', { description: 'One hand-over of a message to a provider.' })
export class TracedDeliveryType {
  @Field({ description: 'Medium, such as SMS.' })
  medium!: string;

  @Field({ description: 'CLAIMED, RETRY, ACCEPTED, REJECTED or UNCERTAIN.' })
  state!: string;

  @Field(() => String, { nullable: true, description: 'Why it was refused or is uncertain.' })
  reason!: string | null;

  @Field(() => Int, { description: 'How often it was tried.' })
  attempts!: number;

  @Field({ description: 'When the gate let it through.' })
  claimedAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When the provider answered.' })
  answeredAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'What the provider reported later.' })
  receiptStatus!: string | null;

  @Field(() => Date, { nullable: true, description: 'When it reported that.' })
  receiptAt!: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'COUNTED_AS_SENT, SENT_AGAIN or RETRIED by a person, PROVEN by the customer; null while it counts.',
  })
  closedAs!: string | null;

  @Field(() => String, { nullable: true, description: 'Who closed this attempt.' })
  closedBy!: string | null;

  @Field(() => Date, { nullable: true, description: 'When.' })
  closedAt!: Date | null;
}

const TraceStepKindEnum = Object.fromEntries(traceStepKinds.map((kind) => [kind, kind]));
registerEnumType(TraceStepKindEnum, {
  name: 'TraceStepKind',
  description:
    'What happened. LET_THROUGH: by the gate; ANSWERED: by the provider; CLOSED: by a person; WAITS: at this moment, and for what.',
});

@ObjectType('TraceStep', { description: 'One moment on the way of a customer.' })
export class TraceStepType {
  @Field(() => TraceStepKindEnum, { description: 'What happened.' })
  kind!: string;

  @Field({ description: 'When.' })
  at!: Date;

  @Field(() => String, { nullable: true, description: 'Over which medium, such as SMS.' })
  medium!: string | null;

  @Field(() => String, { nullable: true, description: 'The outcome and why.' })
  detail!: string | null;
}

@ObjectType('TraceEntry', { description: 'What became of a customer in one execution, with the reason.' })
export class TraceEntryType {
  @Field(() => ID, { nullable: true, description: 'The execution; null for a call that was refused.' })
  executionId!: string | null;

  @Field({ description: 'SCHEDULED, TRIGGERED or DIRECT, or REFUSED_CALL for a triggered call that led to nothing.' })
  kind!: string;

  @Field(() => ID, { nullable: true, description: 'The connection; null when it is DIRECT.' })
  connectionId!: string | null;

  @Field(() => ID, { nullable: true, description: 'The Direct campaign it is of; null when Optimove asked for it.' })
  directCampaignId!: string | null;

  @Field(() => String, { nullable: true, description: 'Campaign id in Optimove; null when it is DIRECT.' })
  optimoveCampaignId!: string | null;

  @Field(() => String, { nullable: true, description: 'Template id in Optimove; null when it is DIRECT.' })
  optimoveTemplateId!: string | null;

  @Field(() => String, { nullable: true, description: 'Calendar day of the run; null for a call that was refused.' })
  runDate!: string | null;

  @Field({ description: 'When the execution was announced, or the call came.' })
  announcedAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When the audience was frozen.' })
  frozenAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When the message was due; null when the row was dropped before.' })
  dueAt!: Date | null;

  @Field(() => ID, { nullable: true, description: 'The profile the customer was matched to.' })
  profileId!: string | null;

  @Field(() => EndStateEnum, { nullable: true, description: 'What the row came to; null while in progress.' })
  endState!: string | null;

  @Field(() => String, { nullable: true, description: 'Why.' })
  reason!: string | null;

  @Field(() => Date, { nullable: true, description: 'When.' })
  endedAt!: Date | null;

  @Field(() => Date, {
    nullable: true,
    description: 'Until when the message waits for the end of quiet hours or for another try; null when it does not.',
  })
  heldUntil!: Date | null;

  @Field(() => [TracedDeliveryType], { description: 'Hand-overs, in their order.' })
  deliveries!: TracedDeliveryType[];
}

@ObjectType('TraceEntryConnection', { description: 'A page of a trace, newest first.' })
export class TraceEntryConnection extends ConnectionType(TraceEntryType) {}
