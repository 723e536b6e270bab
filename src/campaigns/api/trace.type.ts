import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
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

@ObjectType('TraceEntry', { description: 'What became of a customer in one execution, with the reason.' })
export class TraceEntryType {
  @Field(() => ID, { description: 'The execution.' })
  executionId!: string;

  @Field({ description: 'Campaign id in Optimove.' })
  optimoveCampaignId!: string;

  @Field({ description: 'Template id in Optimove.' })
  optimoveTemplateId!: string;

  @Field({ description: 'Calendar day of the run.' })
  runDate!: string;

  @Field({ description: 'When Optimove announced the execution.' })
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

  @Field(() => [TracedDeliveryType], { description: 'Hand-overs, in their order.' })
  deliveries!: TracedDeliveryType[];
}
