import { ConnectionType, UserError } from '@libs/platform';
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsBoolean, IsInt, IsOptional, IsUUID, Max, Min } from 'class-validator';
import { subscriptionStatuses } from '../domain/subscription-status';

const enumOf = <T extends string>(values: readonly T[]) => Object.fromEntries(values.map((value) => [value, value]));

const StatusEnum = enumOf(subscriptionStatuses);
registerEnumType(StatusEnum, { name: 'PostedSubscription', description: 'Whether a customer can be contacted.' });

const StateEnum = enumOf(['NOT_ALLOWED', 'OFF', 'PREPARING', 'POSTING', 'UP_TO_DATE', 'HELD']);
registerEnumType(StateEnum, {
  name: 'SubscriptionPostbackState',
  description:
    'NOT_ALLOWED: support has not enabled it for the project. PREPARING: everyone is being read. HELD: Optimove refuses a channel as a whole.',
});

const OutcomeEnum = enumOf(['POSTING', 'ACKNOWLEDGED', 'REFUSED', 'UNANSWERED']);
registerEnumType(OutcomeEnum, { name: 'SubscriptionPostOutcome', description: 'What became of a post.' });

const OwedEnum = enumOf(['OWED', 'ACKNOWLEDGED', 'REFUSED']);
registerEnumType(OwedEnum, { name: 'PostedSubscriptionState', description: 'Whether Optimove knows a status.' });

const ErrorCodeEnum = enumOf(['INVALID', 'NOT_ALLOWED', 'MAPPING_UNCONFIRMED', 'SAME_MODES', 'STALE', 'OFF']);
registerEnumType(ErrorCodeEnum, { name: 'SubscriptionPostbackErrorCode', description: 'Why nothing was changed.' });

/** Optimove numbers channels and modes with integers of 32 bits. */
const largestNumber = 2_147_483_647;

@ObjectType('SubscriptionTarget', {
  description: 'An Optimove channel, or one app of it, that subscription status is posted to.',
})
export class SubscriptionTargetType {
  @Field(() => ID, { description: 'Our id.' })
  id!: string;

  @Field({ description: 'MOBILE_PUSH, WEB_PUSH, SMS or EMAIL.' })
  medium!: string;

  @Field(() => Int, { description: 'Channel id in Optimove.' })
  optimoveChannelId!: number;

  @Field(() => ID, { nullable: true, description: 'The app that the status is of; null: of the channel as a whole.' })
  appId!: string | null;

  @Field({ description: 'False once the channel was removed here, or no template is left under the app.' })
  isActive!: boolean;

  @Field(() => Int, { description: 'Customers whose status Optimove does not know yet.' })
  owed!: number;

  @Field(() => Int, { description: 'Customers whose status Optimove knows.' })
  acknowledged!: number;

  @Field(() => Int, { description: 'Customers whose status Optimove refused.' })
  refused!: number;

  @Field(() => Date, { nullable: true, description: 'When Optimove last acknowledged one.' })
  lastAcknowledgedAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'Optimove refuses the channel as a whole; tried again then.' })
  heldUntil!: Date | null;

  @Field(() => String, { nullable: true, description: 'What went wrong last, until it works again.' })
  lastError!: string | null;
}

@ObjectType('SubscriptionPostback', { description: 'How a connection tells Optimove who can be contacted.' })
export class SubscriptionPostbackType {
  @Field(() => ID, { description: 'The connection.' })
  connectionId!: string;

  @Field(() => StateEnum, { description: 'Where it stands.' })
  state!: string;

  @Field({ description: 'Whether support has enabled it for the project.' })
  isAllowed!: boolean;

  @Field({ description: 'Whether it is switched on.' })
  isOn!: boolean;

  @Field(() => Int, { description: 'Optimove’s CommunicationMode for a customer who can be contacted.' })
  subscribedMode!: number;

  @Field(() => Int, { description: 'Optimove’s CommunicationMode for a customer who cannot.' })
  unsubscribedMode!: number;

  @Field(() => String, { nullable: true, description: 'Who confirmed that Optimove means these modes; null: nobody.' })
  confirmedBy!: string | null;

  @Field(() => Date, { nullable: true, description: 'When the modes were confirmed.' })
  confirmedAt!: Date | null;

  @Field(() => Int, { nullable: true, description: 'Optimove channel for e-mail; null: e-mail is not posted.' })
  emailChannelId!: number | null;

  @Field(() => [SubscriptionTargetType], { description: 'Its channels and how they stand.' })
  targets!: SubscriptionTargetType[];

  @Field(() => ID, {
    nullable: true,
    description: 'Task that read everyone last; refused customers are its failed rows.',
  })
  taskId!: string | null;

  @Field(() => Int, { description: 'People of the last reading whom Optimove knows under no customer id.' })
  withoutCustomer!: number;

  @Field(() => Int, { description: 'Send it back with a change; 0 where nothing was set yet.' })
  version!: number;
}

@ObjectType('SubscriptionPost', { description: 'One call that told Optimove the status of customers on a channel.' })
export class SubscriptionPostType {
  @Field(() => ID, { description: 'Our id.' })
  id!: string;

  @Field({ description: 'MOBILE_PUSH, WEB_PUSH, SMS or EMAIL.' })
  medium!: string;

  @Field(() => Int, { description: 'Channel id in Optimove.' })
  optimoveChannelId!: number;

  @Field(() => ID, { nullable: true, description: 'The app that the status is of; null: of the channel as a whole.' })
  appId!: string | null;

  @Field(() => StatusEnum, { description: 'What was said.' })
  status!: string;

  @Field(() => Int, { description: 'The CommunicationMode that was posted for it.' })
  mode!: number;

  @Field(() => Int, { description: 'About how many customers.' })
  customers!: number;

  @Field(() => OutcomeEnum, { description: 'What became of it.' })
  outcome!: string;

  @Field(() => String, { nullable: true, description: 'What went wrong.' })
  error!: string | null;

  @Field({ description: 'When it began.' })
  startedAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When it ended.' })
  endedAt!: Date | null;
}

@ObjectType('SubscriptionPostConnection', { description: 'A page of posts, newest first.' })
export class SubscriptionPostConnection extends ConnectionType(SubscriptionPostType) {}

@ObjectType('CustomerSubscription', {
  description: 'What Optimove was told about a customer on one channel, or one app of it.',
})
export class CustomerSubscriptionType {
  @Field({ description: 'MOBILE_PUSH, WEB_PUSH, SMS or EMAIL.' })
  medium!: string;

  @Field(() => Int, { description: 'Channel id in Optimove.' })
  optimoveChannelId!: number;

  @Field(() => ID, { nullable: true, description: 'The app that the status is of; null: of the channel as a whole.' })
  appId!: string | null;

  @Field(() => StatusEnum, { description: 'The status as it is here.' })
  owed!: string;

  @Field(() => StatusEnum, { nullable: true, description: 'The status that Optimove acknowledged last.' })
  acknowledged!: string | null;

  @Field(() => OwedEnum, { description: 'Whether Optimove knows the status.' })
  state!: string;

  @Field(() => Date, { nullable: true, description: 'When Optimove last acknowledged one.' })
  acknowledgedAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'Why the last post failed.' })
  lastError!: string | null;
}

@InputType({ description: 'Whether the project may tell Optimove who can be contacted.' })
export class AllowSubscriptionPostbackInput {
  @Field({ description: 'False switches it off in the whole project.' })
  @IsBoolean()
  isAllowed!: boolean;
}

@InputType({ description: 'How a connection tells Optimove who can be contacted; what is absent stays.' })
export class SetSubscriptionPostbackInput {
  @Field(() => ID, { description: 'The connection.' })
  @IsUUID()
  connectionId!: string;

  @Field(() => Int, { description: 'The version that was seen; 0 where nothing was set yet.' })
  @IsInt()
  @Min(0)
  version!: number;

  @Field(() => Boolean, { nullable: true, description: 'Switches it on or off.' })
  @IsOptional()
  @IsBoolean()
  isOn?: boolean;

  @Field(() => Int, { nullable: true, description: 'CommunicationMode for a customer who can be contacted.' })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(largestNumber)
  subscribedMode?: number;

  @Field(() => Int, { nullable: true, description: 'CommunicationMode for a customer who cannot.' })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(largestNumber)
  unsubscribedMode?: number;

  @Field(() => Boolean, {
    nullable: true,
    description: 'That Optimove has confirmed these modes: swapped ones would message people who opted out.',
  })
  @IsOptional()
  @IsBoolean()
  isMappingConfirmed?: boolean;

  @Field(() => Int, { nullable: true, description: 'Optimove channel for e-mail; null: e-mail is not posted.' })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(largestNumber)
  emailChannelId?: number | null;
}

@InputType({ description: 'Whose status to post again.' })
export class PostAllSubscriptionsInput {
  @Field(() => ID, { description: 'The connection.' })
  @IsUUID()
  connectionId!: string;
}

@ObjectType('SubscriptionPostbackUserError', { implements: () => UserError, description: 'Why nothing was changed.' })
export class SubscriptionPostbackUserError extends UserError {
  @Field(() => ErrorCodeEnum, { description: 'The kind of problem.' })
  code!: string;
}

@ObjectType('AllowSubscriptionPostbackPayload', { description: 'Outcome of enabling it for a project.' })
export class AllowSubscriptionPostbackPayload {
  @Field({ description: 'Whether the project may.' })
  isAllowed!: boolean;

  @Field(() => [SubscriptionPostbackUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: SubscriptionPostbackUserError[];
}

@ObjectType('SubscriptionPostbackPayload', { description: 'Outcome of a change.' })
export class SubscriptionPostbackPayload {
  @Field(() => SubscriptionPostbackType, { description: 'How it stands now.' })
  subscriptionPostback!: SubscriptionPostbackType;

  @Field(() => [SubscriptionPostbackUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: SubscriptionPostbackUserError[];
}
