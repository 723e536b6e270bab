import type { Medium } from '@libs/delivery';
import { UserError } from '@libs/platform';
import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { channelKinds, channelStates } from '../domain/channel-kind';
import { channelErrorCodes } from '../domain/channel-problem';
import { enumOf } from './enum-of';

const media: Medium[] = ['MOBILE_PUSH', 'WEB_PUSH', 'SMS', 'EMAIL', 'INBOX', 'IN_APP'];

/** The ways to reach a person as GraphQL names them. */
export const MediumEnum = enumOf(media);
registerEnumType(MediumEnum, { name: 'Medium', description: 'A way to reach a person.' });

/** The kinds of channels as GraphQL names them. */
export const ChannelKindEnum = enumOf(channelKinds);
registerEnumType(ChannelKindEnum, {
  name: 'ChannelKind',
  description: 'What an Optimove channel is for.',
  valuesMap: {
    MOBILE_PUSH: { description: '"Xtremepush": app push, SMS, inbox, e-mail, in-app and on-site messages.' },
    WEB_PUSH: { description: '"Xtremepush Webpush": web push, SMS, inbox, e-mail.' },
    TRIGGERED: { description: '"Xtremepush Triggered": real-time campaigns, on any medium.' },
    SMS_SUBSCRIPTION: { description: 'Channel 444 "Xtremepush SMS": receives SMS subscription status, never sent on.' },
  },
});

const ChannelStateEnum = enumOf(channelStates);
registerEnumType(ChannelStateEnum, {
  name: 'ChannelState',
  description: 'Where a channel stands with its listeners at Optimove.',
  valuesMap: {
    PENDING: { description: 'Its listeners are being registered.' },
    ACTIVE: { description: 'Optimove announces its campaigns to us.' },
    FAILED: { description: 'Its listeners could not be registered; lastError says why. It is tried again by itself.' },
    REMOVED: { description: 'It was removed.' },
  },
});

const ChannelErrorCodeEnum = enumOf(channelErrorCodes);
registerEnumType(ChannelErrorCodeEnum, {
  name: 'ChannelErrorCode',
  description: 'Why a change of a channel was refused.',
});

@ObjectType('Channel', { description: 'An Optimove channel of a connection.' })
export class ChannelType {
  @Field(() => ID, { description: 'Our id.' })
  id!: string;

  @Field(() => ID, { description: 'The connection it belongs to.' })
  connectionId!: string;

  @Field(() => ChannelKindEnum, { description: 'What it is for.' })
  kind!: string;

  @Field({ description: 'Its name in Optimove, or the one it was given.' })
  name!: string;

  @Field(() => Int, { description: 'Optimove’s number of the channel.' })
  optimoveChannelId!: number;

  @Field(() => [MediumEnum], { description: 'What its campaigns may use; nothing for SMS subscription.' })
  media!: string[];

  @Field(() => ChannelStateEnum, { description: 'Whether Optimove announces its campaigns to us.' })
  state!: string;

  @Field(() => String, { nullable: true, description: 'Why its listeners could not be registered.' })
  lastError!: string | null;

  @Field(() => Date, { nullable: true, description: 'When its listeners were last registered.' })
  listenerRegisteredAt!: Date | null;

  @Field(() => [Int], { description: 'Numbers of the Optimove events that it listens to.' })
  listenerEventTypeIds!: number[];

  @Field(() => Int, {
    description: 'Minutes over which the messages of one scheduled time go out; 0 sends them at once.',
  })
  spreadMinutes!: number;

  @Field({ description: 'When it was added.' })
  createdAt!: Date;

  @Field({ description: 'When it or its state was last changed.' })
  updatedAt!: Date;
}

@ObjectType('DiscoveredChannel', { description: 'A channel as Optimove lists it.' })
export class DiscoveredChannelType {
  @Field(() => Int, { description: 'Optimove’s number of the channel.' })
  optimoveChannelId!: number;

  @Field({ description: 'Its name in Optimove.' })
  name!: string;

  @Field({ description: 'Whether it is added to the connection already.' })
  isAdded!: boolean;

  @Field(() => ChannelKindEnum, { nullable: true, description: 'The kind that its name or number suggests.' })
  suggestedKind!: string | null;
}

@ObjectType('ChannelDiscovery', { description: 'The channels of an Optimove account, as far as we may see them.' })
export class ChannelDiscoveryType {
  @Field(() => [DiscoveredChannelType], { description: 'What Optimove lists; empty when it cannot be listed.' })
  channels!: DiscoveredChannelType[];

  @Field(() => String, {
    nullable: true,
    description: 'Why Optimove could not list its channels; type the channel number then.',
  })
  problem!: string | null;
}

@ObjectType('ChannelUserError', {
  implements: () => UserError,
  description: 'Why a change of a channel was refused, at a field of the input.',
})
export class ChannelUserError extends UserError {
  @Field(() => ChannelErrorCodeEnum, { description: 'The kind of problem.' })
  code!: string;
}

@ObjectType('ChannelPayload', { isAbstract: true })
abstract class ChannelPayload {
  @Field(() => ChannelType, { nullable: true, description: 'The channel as it is now; null when refused.' })
  channel!: ChannelType | null;

  @Field(() => [ChannelUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: ChannelUserError[];
}

@ObjectType('AddChannelPayload', { description: 'Outcome of adding a channel; look at its state for the listeners.' })
export class AddChannelPayload extends ChannelPayload {}

@ObjectType('ReregisterListenerPayload', { description: 'Outcome of registering a channel’s listeners again.' })
export class ReregisterListenerPayload extends ChannelPayload {}

@ObjectType('RemoveChannelPayload', { description: 'Outcome of removing a channel.' })
export class RemoveChannelPayload extends ChannelPayload {}

@ObjectType('SpreadChannelPayload', { description: 'Outcome of spreading a channel’s executions.' })
export class SpreadChannelPayload extends ChannelPayload {}
