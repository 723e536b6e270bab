import { ConnectionType as PageOf, UserError } from '@libs/platform';
import { Field, Float, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { connectionErrorCodes } from '../domain/connection-settings';

/** The states of a connection as GraphQL names them. */
export const ConnectionStatusEnum = {
  ACTIVE: 'ACTIVE',
  AUTHENTICATION_FAILED: 'AUTHENTICATION_FAILED',
  DISABLED: 'DISABLED',
};
registerEnumType(ConnectionStatusEnum, { name: 'ConnectionStatus', description: 'Whether a connection works.' });

/** How metrics are posted, as GraphQL names it. */
export const MetricsModeEnum = { ABSOLUTE: 'ABSOLUTE', DELTA: 'DELTA' };
registerEnumType(MetricsModeEnum, {
  name: 'MetricsMode',
  description: 'Whether Optimove is told totals or what was added since the last post.',
});

const ConnectionErrorCodeEnum = Object.fromEntries(connectionErrorCodes.map((code) => [code, code]));
registerEnumType(ConnectionErrorCodeEnum, {
  name: 'ConnectionErrorCode',
  description: 'Why a change of a connection was refused.',
});

@ObjectType('Connection', { description: 'One Optimove account as the project uses it.' })
export class ConnectionType {
  @Field(() => ID, { description: 'Our id.' })
  id!: string;

  @Field({ description: 'Name by which marketers know it, unique in the project.' })
  name!: string;

  @Field({ description: 'API base address of the account; ends with a slash.' })
  endpoint!: string;

  @Field({ description: 'Whether an API token is stored. The token itself is never returned.' })
  hasApiToken!: boolean;

  @Field({ description: 'The end of the token, to tell tokens apart.' })
  apiTokenHint!: string;

  @Field({ description: 'When the token was last replaced.' })
  apiTokenSetAt!: Date;

  @Field(() => String, {
    nullable: true,
    description: 'Optimove attribute that holds the user ID; null means the Optimove customer ID is the user ID.',
  })
  userIdAttribute!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Optimove attribute with mobile numbers to import: digits with country code, no + and no 00.',
  })
  mobileNumberAttribute!: string | null;

  @Field({ description: 'Whether an imported number counts as subscribed to SMS when the subscription is not set.' })
  treatImportedNumbersAsSubscribed!: boolean;

  @Field({ description: 'IANA zone of times that Optimove sends without one.' })
  timeZone!: string;

  @Field(() => MetricsModeEnum, { description: 'How metrics are posted to Optimove.' })
  metricsMode!: string;

  @Field(() => Int, { description: 'Customers asked for per page.' })
  pageSize!: number;

  @Field({ description: 'Whether a page shorter than asked for ends the list; otherwise an empty page does.' })
  trustsShortPage!: boolean;

  @Field(() => Float, { description: 'Calls per second that all processes together may make with this API token.' })
  callsPerSecond!: number;

  @Field(() => [String], { description: 'Where Optimove’s calls may come from: addresses and networks; empty: all.' })
  callbackAddresses!: string[];

  @Field(() => Int, {
    nullable: true,
    description: 'Triggered messages that go on within a minute; null: as the service is set.',
  })
  triggeredPerMinute!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Triggered messages that one customer gets within an hour; null: as the service is set.',
  })
  triggeredPerPersonPerHour!: number | null;

  @Field(() => Date, {
    nullable: true,
    description: 'When the address of the engagement webhook was made; null without one. See renewEngagementWebhook.',
  })
  webhookSecretSetAt!: Date | null;

  @Field(() => ConnectionStatusEnum, { description: 'Whether it works.' })
  status!: string;

  @Field(() => Date, { nullable: true, description: 'When Optimove last answered a call well.' })
  lastSuccessAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'What went wrong last, until it works again.' })
  lastError!: string | null;

  @Field(() => Date, { nullable: true, description: 'When it went wrong.' })
  lastErrorAt!: Date | null;

  @Field(() => Int, { description: 'Pass it when you update; a change in between is refused with CONFLICT.' })
  version!: number;

  @Field({ description: 'When it was connected.' })
  createdAt!: Date;

  @Field({ description: 'When it was last changed.' })
  updatedAt!: Date;
}

@ObjectType('ConnectionConnection', { description: 'A page of connections, newest first.' })
export class ConnectionConnection extends PageOf(ConnectionType) {}

@ObjectType('ConnectionUserError', {
  implements: () => UserError,
  description: 'Why a change of a connection was refused, at a field of the input.',
})
export class ConnectionUserError extends UserError {
  @Field(() => ConnectionErrorCodeEnum, { description: 'The kind of problem.' })
  code!: string;
}

@ObjectType('ConnectionPayload', { isAbstract: true })
abstract class ConnectionPayload {
  @Field(() => ConnectionType, { nullable: true, description: 'The connection as it is now; null when refused.' })
  connection!: ConnectionType | null;

  @Field(() => [ConnectionUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: ConnectionUserError[];
}

@ObjectType('CreateConnectionPayload', { description: 'Outcome of connecting an account.' })
export class CreateConnectionPayload extends ConnectionPayload {}

@ObjectType('UpdateConnectionPayload', { description: 'Outcome of changing a connection.' })
export class UpdateConnectionPayload extends ConnectionPayload {}

@ObjectType('DisableConnectionPayload', { description: 'Outcome of disabling a connection.' })
export class DisableConnectionPayload extends ConnectionPayload {}

@ObjectType('EnableConnectionPayload', { description: 'Outcome of enabling a connection.' })
export class EnableConnectionPayload extends ConnectionPayload {}

@ObjectType('RenewEngagementWebhookPayload', { description: 'Outcome of making a webhook address.' })
export class RenewEngagementWebhookPayload {
  @Field(() => String, {
    nullable: true,
    description: 'The address for Optimove’s Webhook Configuration. It is a secret, shown now and never again.',
  })
  url!: string | null;

  @Field(() => [ConnectionUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: ConnectionUserError[];
}

@ObjectType('DeleteConnectionPayload', { description: 'Outcome of deleting a connection.' })
export class DeleteConnectionPayload {
  @Field(() => ID, { nullable: true, description: 'Id of the deleted connection; null when refused.' })
  deletedId!: string | null;

  @Field(() => [String], { description: 'What stops working with it.' })
  consequences!: string[];

  @Field(() => [ConnectionUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: ConnectionUserError[];
}
