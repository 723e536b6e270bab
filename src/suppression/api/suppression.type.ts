import { ConnectionType, PageArgs, UserError } from '@libs/platform';
import { ArgsType, Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsIn, IsOptional, Length } from 'class-validator';
import { type EntryKind, type EntryMedium, entryKinds, entryMedia } from '../domain/entry';

const KindEnum = Object.fromEntries(entryKinds.map((kind) => [kind, kind]));
registerEnumType(KindEnum, { name: 'SuppressionKind', description: 'By what a person is suppressed.' });

const MediumEnum = Object.fromEntries(entryMedia.map((medium) => [medium, medium]));
registerEnumType(MediumEnum, { name: 'SuppressedMedium', description: 'A medium, or any.' });

const ErrorCodeEnum = { INVALID: 'INVALID', NOT_FOUND: 'NOT_FOUND' };
registerEnumType(ErrorCodeEnum, { name: 'SuppressionErrorCode', description: 'Why a change of the list was refused.' });

@ObjectType('SuppressionEntry', { description: 'An address, number or user that must not be contacted.' })
export class SuppressionEntryType {
  @Field(() => ID, { description: 'Our id.' })
  id!: string;

  @Field(() => KindEnum, { description: 'By what the person is suppressed.' })
  kind!: string;

  @Field({ description: 'The user ID, address or number.' })
  value!: string;

  @Field(() => MediumEnum, { description: 'On which medium, or ANY.' })
  medium!: string;

  @Field({ description: 'Why.' })
  reason!: string;

  @Field({ description: 'Since when.' })
  createdAt!: Date;
}

@ObjectType('SuppressionEntryConnection', { description: 'A page of the suppression list, newest first.' })
export class SuppressionEntryConnection extends ConnectionType(SuppressionEntryType) {}

/** Which entries to list. */
@ArgsType()
export class SuppressionEntriesArgs extends PageArgs {
  @Field(() => KindEnum, { nullable: true, description: 'Only entries of this kind.' })
  @IsOptional()
  @IsIn([...entryKinds])
  kind?: EntryKind | null;

  @Field(() => MediumEnum, {
    nullable: true,
    description: 'Only entries of this medium; ANY means those of every one.',
  })
  @IsOptional()
  @IsIn([...entryMedia])
  medium?: EntryMedium | null;

  @Field(() => String, { nullable: true, description: 'Only entries of this user ID, address or number.' })
  @IsOptional()
  @Length(1, 320)
  search?: string | null;
}

@InputType({ description: 'Who must not be contacted.' })
export class AddSuppressionEntryInput {
  @Field(() => KindEnum, { description: 'By what the person is suppressed.' })
  @IsIn([...entryKinds])
  kind!: EntryKind;

  @Field({ description: 'The user ID, e-mail address, or mobile number as digits with country code.' })
  @Length(1, 320)
  value!: string;

  @Field(() => MediumEnum, { defaultValue: 'ANY', description: 'On which medium; ANY unless told.' })
  @IsIn([...entryMedia])
  medium: EntryMedium = 'ANY';

  @Field({ description: 'Why, for those who ask later.' })
  @Length(1, 500)
  reason!: string;
}

@InputType({ description: 'Which entry to remove.' })
export class RemoveSuppressionEntryInput {
  @Field(() => ID, { description: 'Its id.' })
  id!: string;
}

@ObjectType('SuppressionUserError', { implements: () => UserError, description: 'Why a change was refused.' })
export class SuppressionUserError extends UserError {
  @Field(() => ErrorCodeEnum, { description: 'The kind of problem.' })
  code!: string;
}

@ObjectType('AddSuppressionEntryPayload', { description: 'Outcome of adding an entry.' })
export class AddSuppressionEntryPayload {
  @Field(() => SuppressionEntryType, { nullable: true, description: 'The entry; null when refused.' })
  entry!: SuppressionEntryType | null;

  @Field(() => [SuppressionUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: SuppressionUserError[];
}

@ObjectType('RemoveSuppressionEntryPayload', { description: 'Outcome of removing an entry.' })
export class RemoveSuppressionEntryPayload {
  @Field(() => ID, { nullable: true, description: 'Id of the removed entry; null when refused.' })
  removedId!: string | null;

  @Field(() => [SuppressionUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: SuppressionUserError[];
}
