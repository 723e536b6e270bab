import { bounceCategories } from '@libs/delivery';
import { ConnectionType } from '@libs/platform';
import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { endStates } from '../domain/execution/end-state';

/** The end states as GraphQL names them. */
export const EndStateEnum = Object.fromEntries(endStates.map((state) => [state, state])) as Record<string, string>;
registerEnumType(EndStateEnum, { name: 'EndState', description: 'What a received customer came to; one each.' });

/** The states of an execution as GraphQL names them. */
export const ExecutionStateEnum = {
  ANNOUNCED: 'ANNOUNCED',
  READING: 'READING',
  RUNNING: 'RUNNING',
  COMPLETED: 'COMPLETED',
  FAILED: 'FAILED',
  CANCELLED: 'CANCELLED',
};
registerEnumType(ExecutionStateEnum, { name: 'ExecutionState', description: 'How far an execution has come.' });

/** The kinds of executions as GraphQL names them. */
export const ExecutionKindEnum = { SCHEDULED: 'SCHEDULED', TRIGGERED: 'TRIGGERED', DIRECT: 'DIRECT' };
registerEnumType(ExecutionKindEnum, {
  name: 'ExecutionKind',
  description: 'Whether Optimove asked for it at a time or customer by customer, or we did.',
});

@ObjectType('EndStateCount', { description: 'How many customers came to one end.' })
export class EndStateCountType {
  @Field(() => EndStateEnum, { description: 'The end.' })
  state!: string;

  @Field(() => Int, { description: 'How many customers.' })
  count!: number;
}

@ObjectType('DeliveryCount', { description: 'How many hand-overs of one medium came to one state.' })
export class DeliveryCountType {
  @Field({ description: 'Medium, such as SMS.' })
  medium!: string;

  @Field({ description: 'ACCEPTED, REJECTED or UNCERTAIN.' })
  state!: string;

  @Field(() => Int, { description: 'How many hand-overs.' })
  count!: number;
}

const BounceCategoryEnum = Object.fromEntries(bounceCategories.map((category) => [category, category]));
registerEnumType(BounceCategoryEnum, {
  name: 'BounceCategory',
  description:
    'Why a message bounced. BAD_MAILBOX, SUPPRESSED and UNKNOWN_NUMBER are for good: the address is not used again.',
});

@ObjectType('BounceCount', {
  description: 'To how many customers messages of a medium bounced, by the reason that was heard first.',
})
export class BounceCountType {
  @Field({ description: 'Medium, such as EMAIL.' })
  medium!: string;

  @Field(() => BounceCategoryEnum, { description: 'Why.' })
  category!: string;

  @Field(() => Int, { description: 'How many.' })
  count!: number;
}

@ObjectType('Funnel', {
  description: 'Where the customers went. received = ended + inProgress; ended is the sum of endStates.',
})
export class FunnelType {
  @Field(() => Int, { description: 'Customer rows Optimove listed.' })
  received!: number;

  @Field(() => Int, { description: 'Rows that came to an end.' })
  ended!: number;

  @Field(() => Int, { description: 'Rows that have not come to an end yet, counted in whole chunks.' })
  inProgress!: number;

  @Field(() => Int, { description: 'Customers of whom a provider accepted at least one message.' })
  sent!: number;

  @Field(() => Int, { description: 'Customers of whom it cannot be known whether the provider accepted.' })
  uncertain!: number;

  @Field(() => Int, { description: 'Customers whose messages were all refused or given up.' })
  failed!: number;

  @Field(() => Int, { description: 'Customers who were not tried, with a reason each.' })
  dropped!: number;

  @Field(() => Int, {
    description: 'Customers with at least one delivery receipt, or who did something with a message.',
  })
  delivered!: number;

  @Field(() => Int, {
    description:
      'Customers of whom a message that its provider had taken did not arrive after all, or who failed because an address is dead.',
  })
  bounced!: number;

  @Field(() => Int, { description: 'Customers who opened a message, as far as it can be told; programs do not count.' })
  opened!: number;

  @Field(() => Int, { description: 'Customers who followed a link or tapped a message; programs do not count.' })
  clicked!: number;

  @Field(() => Int, { description: 'Customers who unsubscribed by a link of this execution.' })
  unsubscribed!: number;

  @Field(() => Int, { description: 'Customers who complained about a message of this execution.' })
  complained!: number;

  @Field(() => [EndStateCountType], { description: 'Customers by end.' })
  endStates!: EndStateCountType[];

  @Field(() => [DeliveryCountType], { description: 'Hand-overs by medium and state.' })
  deliveries!: DeliveryCountType[];

  @Field(() => [BounceCountType], {
    description:
      'Customers by medium and reason to whom a message bounced after its provider had taken it; each once for a medium.',
  })
  bounces!: BounceCountType[];
}

@ObjectType('SentCampaign', { description: 'A campaign of ours as an execution sends it.' })
export class SentCampaignType {
  @Field(() => ID, { description: 'The campaign.' })
  id!: string;

  @Field({ description: 'Its name now.' })
  name!: string;

  @Field(() => Int, { description: 'Number of the version whose content is sent.' })
  version!: number;
}

@ObjectType('TemplateFunnel', { description: 'The funnel of one template of an execution.' })
export class TemplateFunnelType {
  executionId!: string;

  @Field({ description: 'Template id in Optimove.' })
  optimoveTemplateId!: string;

  @Field(() => FunnelType, { description: 'Its funnel.' })
  funnel!: FunnelType;
}

@ObjectType('Execution', {
  description: 'One run of an Optimove campaign on a channel on a day, or of a Direct campaign.',
})
export class ExecutionType {
  @Field(() => ID, { description: 'Our id.' })
  id!: string;

  @Field(() => ExecutionKindEnum, { description: 'SCHEDULED or TRIGGERED by Optimove, or DIRECT.' })
  kind!: string;

  @Field(() => ID, { nullable: true, description: 'The connection it came over; null when it is DIRECT.' })
  connectionId!: string | null;

  @Field(() => ID, { nullable: true, description: 'The channel it runs on; null when it is DIRECT.' })
  channelId!: string | null;

  @Field(() => String, { nullable: true, description: 'Campaign id in Optimove; null when it is DIRECT.' })
  optimoveCampaignId!: string | null;

  @Field(() => ID, { nullable: true, description: 'The Direct campaign it is of; null when Optimove asked for it.' })
  directCampaignId!: string | null;

  @Field({ description: 'Calendar day of the run in the connection’s zone, YYYY-MM-DD.' })
  runDate!: string;

  @Field(() => ExecutionStateEnum, { description: 'How far it has come.' })
  state!: string;

  @Field(() => String, { nullable: true, description: 'Why it failed, was cancelled or paused by itself.' })
  reason!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Why it is held: data of an exclusion rule cannot be relied on. It goes on by itself when they can.',
  })
  holdReason!: string | null;

  @Field({ description: 'When Optimove announced it, or when its time had come.' })
  announcedAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When it was paused; null while it is not.' })
  pausedAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When the audience was frozen.' })
  frozenAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When everybody had come to an end and the sums agreed.' })
  completedAt!: Date | null;
}

@ObjectType('ExecutionConnection', { description: 'A page of executions, newest first.' })
export class ExecutionConnection extends ConnectionType(ExecutionType) {}

@ObjectType('Recipient', { description: 'One customer row of an execution and what became of it.' })
export class RecipientType {
  @Field(() => Int, { description: 'Its number in the frozen audience.' })
  seq!: number;

  @Field({ description: 'Customer id in Optimove.' })
  customerId!: string;

  @Field({ description: 'Template id in Optimove.' })
  optimoveTemplateId!: string;

  @Field({ description: 'When it is due.' })
  dueAt!: Date;

  @Field(() => ID, { nullable: true, description: 'The profile it was matched to.' })
  profileId!: string | null;

  @Field(() => EndStateEnum, { nullable: true, description: 'What it came to; null while in progress.' })
  endState!: string | null;

  @Field(() => String, { nullable: true, description: 'Why.' })
  reason!: string | null;

  @Field(() => Date, { nullable: true, description: 'When it ended.' })
  endedAt!: Date | null;
}

@ObjectType('RecipientConnection', { description: 'A page of recipients in the order of the audience.' })
export class RecipientConnection extends ConnectionType(RecipientType) {}
