import { UserError } from '@libs/platform';
import { PushServiceEnum } from '@modules/profiles';
import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { providerAccountStates } from '../domain/provider-account';
import { providerAccountErrorCodes } from '../domain/provider-account-problem';
import { MediumEnum } from './channel.type';
import { enumOf } from './enum-of';

// Loaded here, because a schema knows only what was there before it (`lazy` in .swcrc).
void PushServiceEnum;

const SettingKindEnum = enumOf(['TEXT', 'NUMBER', 'BOOLEAN', 'SECRET', 'SECRET_JSON']);
registerEnumType(SettingKindEnum, {
  name: 'ProviderSettingKind',
  description: 'What a setting holds. Secrets are written and never read.',
});

const StateEnum = enumOf(providerAccountStates);
registerEnumType(StateEnum, {
  name: 'ProviderAccountState',
  description: 'How an account stands. FAILED: the last live check failed; messages are still tried.',
});

const ErrorCodeEnum = enumOf(providerAccountErrorCodes);
registerEnumType(ErrorCodeEnum, {
  name: 'ProviderAccountErrorCode',
  description: 'Why a change of a provider account was refused.',
});

@ObjectType('ProviderSettingField', { description: 'A setting that an account of the provider has: one form field.' })
export class ProviderSettingFieldType {
  @Field({ description: 'Name to use in settings.' })
  name!: string;

  @Field({ description: 'Label of the form field.' })
  label!: string;

  @Field(() => SettingKindEnum, { description: 'What it holds.' })
  kind!: string;

  @Field({ description: 'Whether it must be given.' })
  isRequired!: boolean;

  @Field({ description: 'What to type.' })
  help!: string;
}

@ObjectType('Provider', { description: 'A provider that delivers messages of one medium.' })
export class ProviderType {
  @Field(() => ID, { description: 'Stable key, such as fcm.' })
  key!: string;

  @Field({ description: 'Name to show.' })
  name!: string;

  @Field(() => MediumEnum, { description: 'What it delivers.' })
  medium!: string;

  @Field(() => PushServiceEnum, {
    nullable: true,
    description: 'Whose push tokens it takes; null when it delivers another medium.',
  })
  pushService!: string | null;

  @Field({ description: 'Whether it reports what became of accepted messages.' })
  hasReceipts!: boolean;

  @Field(() => [ProviderSettingFieldType], { description: 'The settings of its accounts, in the order of a form.' })
  fields!: ProviderSettingFieldType[];
}

@ObjectType('ProviderAccountSetting', { description: 'A setting of an account. A secret shows only that it is there.' })
export class ProviderAccountSettingType {
  @Field({ description: 'Name of the setting.' })
  name!: string;

  @Field({ description: 'Whether it is a secret.' })
  isSecret!: boolean;

  @Field({ description: 'Whether it has a value.' })
  hasValue!: boolean;

  @Field(() => String, { nullable: true, description: 'The value as text; always null for a secret.' })
  value!: string | null;

  @Field(() => String, { nullable: true, description: 'The end of a secret, to tell secrets apart.' })
  hint!: string | null;
}

@ObjectType('ProviderAccount', { description: 'An account at a provider, which delivers one medium of the project.' })
export class ProviderAccountType {
  @Field(() => ID, { description: 'Our id.' })
  id!: string;

  @Field(() => ID, { description: 'Key of the provider.' })
  provider!: string;

  @Field(() => MediumEnum, { description: 'What it delivers.' })
  medium!: string;

  @Field({ description: 'Name, unique in the project.' })
  name!: string;

  @Field(() => PushServiceEnum, {
    nullable: true,
    description: 'Whose push tokens it takes; null when it is for another medium.',
  })
  pushService!: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The app whose devices alone it is for; null: those of every app without an account of its own.',
  })
  appId!: string | null;

  @Field({
    description:
      'Whether it is the one that delivers the medium, or for mobile push what its push service and app have.',
  })
  isDefault!: boolean;

  @Field(() => Int, {
    nullable: true,
    description: 'Messages a second that may go out, over all executions and processes; null for no limit.',
  })
  messagesPerSecond!: number | null;

  @Field(() => [ProviderAccountSettingType], { description: 'Its settings, in the order of the form.' })
  settings!: ProviderAccountSettingType[];

  @Field(() => StateEnum, { description: 'How the last live check went.' })
  state!: string;

  @Field(() => Date, { nullable: true, description: 'When a live check last went well.' })
  lastVerifiedAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'Why the last live check failed.' })
  lastError!: string | null;

  @Field(() => Int, { description: 'Pass it when you update; a change in between is refused with CONFLICT.' })
  version!: number;

  @Field({ description: 'When it was created.' })
  createdAt!: Date;

  @Field({ description: 'When it was last changed.' })
  updatedAt!: Date;
}

@ObjectType('ProviderAccountUserError', {
  implements: () => UserError,
  description: 'Why a change of a provider account was refused; a setting has the path settings, name.',
})
export class ProviderAccountUserError extends UserError {
  @Field(() => ErrorCodeEnum, { description: 'The kind of problem.' })
  code!: string;
}

@ObjectType('ProviderAccountPayload', { isAbstract: true })
abstract class ProviderAccountPayload {
  @Field(() => ProviderAccountType, { nullable: true, description: 'The account as it is now; null when refused.' })
  providerAccount!: ProviderAccountType | null;

  @Field(() => [ProviderAccountUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: ProviderAccountUserError[];
}

@ObjectType('CreateProviderAccountPayload', { description: 'Outcome of setting up an account.' })
export class CreateProviderAccountPayload extends ProviderAccountPayload {}

@ObjectType('UpdateProviderAccountPayload', { description: 'Outcome of changing an account.' })
export class UpdateProviderAccountPayload extends ProviderAccountPayload {}

@ObjectType('VerifyProviderAccountPayload', {
  description: 'Outcome of a live check: the account with its state, and at which setting the check failed.',
})
export class VerifyProviderAccountPayload extends ProviderAccountPayload {}

@ObjectType('DeleteProviderAccountPayload', { description: 'Outcome of deleting an account.' })
export class DeleteProviderAccountPayload {
  @Field(() => ID, { nullable: true, description: 'Id of the deleted account; null when refused.' })
  deletedId!: string | null;

  @Field(() => [ProviderAccountUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: ProviderAccountUserError[];
}
