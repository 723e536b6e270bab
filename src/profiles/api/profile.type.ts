import { ConnectionType, UserError } from '@libs/platform';
import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { PlatformEnum } from '../apps/app.type';
import { subscriptions } from '../domain/subscription';
import { BrowserEnum } from './device-targeting.inputs';
import { ApnsEnvironmentEnum, PushServiceEnum } from './push-service.enum';

/** {@link subscriptions} as GraphQL has them. */
export const SubscriptionEnum = Object.fromEntries(subscriptions.map((subscription) => [subscription, subscription]));
registerEnumType(SubscriptionEnum, {
  name: 'SubscriptionStatus',
  description: 'What a person said: yes, no or nothing yet.',
});

const ProfileErrorCodeEnum = { INVALID: 'INVALID' };
registerEnumType(ProfileErrorCodeEnum, { name: 'ProfileErrorCode', description: 'Why a change was refused.' });

@ObjectType('ProfileAttribute', { description: 'One stored value of a profile or a device.' })
export class ProfileAttributeType {
  @Field({ description: 'Name of the attribute.' })
  name!: string;

  @Field({ description: 'Its value as text.' })
  value!: string;
}

/** Stored values as they are shown. */
export function shownAttributes(attributes: Record<string, unknown>): ProfileAttributeType[] {
  return Object.entries(attributes).map(([name, value]) => ({
    name,
    value: typeof value === 'object' ? JSON.stringify(value) : String(value),
  }));
}

@ObjectType('Device', { description: 'An app installation or a browser. Its token is not shown.' })
export class DeviceType {
  @Field(() => ID, { description: 'Our id.' })
  id!: string;

  @Field(() => PlatformEnum, { description: 'Where its app runs.' })
  platform!: string;

  @Field(() => PushServiceEnum, {
    nullable: true,
    description: 'Whose push token it has; null without one, and for browsers.',
  })
  pushService!: string | null;

  @Field(() => ApnsEnvironmentEnum, { nullable: true, description: 'Where its token of APNs is good.' })
  apnsEnvironment!: string | null;

  @Field({ description: 'Whether its app has registered keys for encrypted push messages.' })
  hasEncryptionKeys!: boolean;

  @Field(() => BrowserEnum, {
    nullable: true,
    description: 'Of a site: its browser, as the site named it or else by its push service.',
  })
  browser!: string | null;

  @Field(() => SubscriptionEnum, { description: 'Whether it wants push messages; nothing said counts as yes.' })
  pushSubscription!: string;

  @Field({ description: 'False once the provider said that the token is dead.' })
  isAddressable!: boolean;

  @Field(() => String, { nullable: true, description: 'Why it is not addressable.' })
  unreachableReason!: string | null;

  @Field(() => ID, { nullable: true, description: 'The app or site it is of; null when a file brought it in.' })
  appId!: string | null;

  @Field(() => String, { nullable: true, description: 'Language, as the device reported it.' })
  language!: string | null;

  @Field(() => String, { nullable: true, description: 'Country, as the device reported it.' })
  country!: string | null;

  @Field(() => String, { nullable: true, description: 'IANA time zone, as the device reported it.' })
  timeZone!: string | null;

  @Field(() => String, { nullable: true, description: 'Version of the app.' })
  appVersion!: string | null;

  @Field(() => Date, { nullable: true, description: 'When it last reported anything of itself.' })
  lastSeenAt!: Date | null;

  @Field(() => [ProfileAttributeType], { description: 'Attributes of the device.' })
  attributes!: ProfileAttributeType[];

  @Field({ description: 'When it last changed.' })
  updatedAt!: Date;
}

@ObjectType('Profile', { description: 'A person as the project knows them.' })
export class ProfileType {
  @Field(() => ID, { description: 'Our id.' })
  id!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Id of the person in the operator’s systems; case matters. Null of who is anonymous.',
  })
  userId!: string | null;

  @Field(() => String, { nullable: true, description: 'E-mail address.' })
  email!: string | null;

  @Field(() => String, { nullable: true, description: 'Mobile number: digits with country code.' })
  mobileNumber!: string | null;

  @Field(() => SubscriptionEnum, { description: 'Whether the person wants e-mail; only a yes is used.' })
  emailSubscription!: string;

  @Field(() => SubscriptionEnum, { description: 'Whether the person wants SMS; only a yes is used.' })
  smsSubscription!: string;

  @Field({ description: 'False once the provider said that the address is dead.' })
  isEmailAddressable!: boolean;

  @Field({ description: 'False once the provider said that the number is dead.' })
  isMobileNumberAddressable!: boolean;

  @Field(() => String, { nullable: true, description: 'Language.' })
  language!: string | null;

  @Field(() => String, { nullable: true, description: 'IANA time zone.' })
  timeZone!: string | null;

  @Field(() => String, { nullable: true, description: 'Country.' })
  country!: string | null;

  @Field({ description: 'When it last changed.' })
  updatedAt!: Date;
}

@ObjectType('ProfileConnection', { description: 'A page of profiles in the order of their user IDs.' })
export class ProfileConnection extends ConnectionType(ProfileType) {}

const ImportKindEnum = { PROFILES: 'PROFILES', DEVICES: 'DEVICES' };
registerEnumType(ImportKindEnum, { name: 'ImportKind', description: 'What an imported file holds.' });

@ObjectType('Import', { description: 'A file that was imported. received = created + updated + repeated + rejected.' })
export class ImportType {
  @Field(() => ID, { description: 'Our id; rejected rows are at GET /imports/{id}/rejects.csv.' })
  id!: string;

  @Field(() => ID, { description: 'The task that shows its progress.' })
  taskId!: string;

  @Field(() => ImportKindEnum, { description: 'What the file holds.' })
  kind!: string;

  @Field(() => Int, { description: 'Rows in the file so far.' })
  received!: number;

  @Field(() => Int, { description: 'Rows that made something new.' })
  created!: number;

  @Field(() => Int, { description: 'Rows that changed something known.' })
  updated!: number;

  @Field(() => Int, { description: 'Rows that a later row replaced before they were stored.' })
  repeated!: number;

  @Field(() => Int, { description: 'Rows that were refused, each kept with its reason.' })
  rejected!: number;

  @Field({ description: 'When it began.' })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When it ended; null while it runs or when it was cut off.' })
  finishedAt!: Date | null;
}

@ObjectType('ImportConnection', { description: 'A page of imports, newest first.' })
export class ImportConnection extends ConnectionType(ImportType) {}

@ObjectType('ProfileUserError', { implements: () => UserError, description: 'Why a change of a profile was refused.' })
export class ProfileUserError extends UserError {
  @Field(() => ProfileErrorCodeEnum, { description: 'The kind of problem.' })
  code!: string;
}

@ObjectType('UpsertProfilePayload', { description: 'Outcome of making or changing a profile.' })
export class UpsertProfilePayload {
  @Field(() => ProfileType, { nullable: true, description: 'The profile as it is now; null when refused.' })
  profile!: ProfileType | null;

  @Field(() => [ProfileUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: ProfileUserError[];
}
