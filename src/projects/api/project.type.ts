import { ConnectionType, PageArgs, UserError } from '@libs/platform';
import { ArgsType, Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsIn, IsOptional, IsUUID, Length } from 'class-validator';
import { grantableRoles, type Role, roles } from '../domain/actor';

const RoleEnum = Object.fromEntries(roles.map((role) => [role, role]));
registerEnumType(RoleEnum, { name: 'Role', description: 'What an API key may do.' });

const ApiKeyErrorCodeEnum = { INVALID: 'INVALID', NOT_FOUND: 'NOT_FOUND', LAST_ADMIN_KEY: 'LAST_ADMIN_KEY' };
registerEnumType(ApiKeyErrorCodeEnum, { name: 'ApiKeyErrorCode', description: 'Why a change of keys was refused.' });

@ObjectType('Project', { description: 'The project that the API key belongs to.' })
export class ProjectType {
  @Field(() => ID, { description: 'Our id.' })
  id!: string;

  @Field({ description: 'Its name.' })
  name!: string;

  @Field({
    description:
      'Its IANA time zone: of calendar days in segments, of quiet hours and schedules where nobody names another, of the alarm for suppression data.',
  })
  timeZone!: string;

  @Field({ description: 'Where its data lives; fixed when the project is made.' })
  region!: string;

  @Field(() => Int, { description: 'To be named by who changes it.' })
  version!: number;
}

@ObjectType('ApiKey', { description: 'An API key. The key itself can be read only when it is created.' })
export class ApiKeyType {
  @Field(() => ID, { description: 'Our id.' })
  id!: string;

  @Field({ description: 'What it is for.' })
  label!: string;

  @Field(() => RoleEnum, { description: 'What it may do.' })
  role!: Role;

  @Field({ description: 'Beginning and end of the key, to tell keys apart.' })
  hint!: string;

  @Field({ description: 'When it was created.' })
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When it was last used, to the minute.' })
  lastUsedAt!: Date | null;

  @Field(() => Date, { nullable: true, description: 'When it was revoked.' })
  revokedAt!: Date | null;
}

@ObjectType('AuditEntry', { description: 'Who changed what, when.' })
export class AuditEntryType {
  @Field(() => ID, { description: 'Our id.' })
  id!: string;

  @Field({ description: 'Label of the API key that did it.' })
  actorLabel!: string;

  @Field({ description: 'What happened, such as connection.updated.' })
  action!: string;

  @Field({ description: 'What kind of thing changed.' })
  subjectType!: string;

  @Field(() => ID, { description: 'Which one.' })
  subjectId!: string;

  @Field(() => String, { nullable: true, description: 'How it was before, as JSON, without secrets.' })
  before!: string | null;

  @Field(() => String, { nullable: true, description: 'How it is since then, as JSON, without secrets.' })
  after!: string | null;

  @Field({ description: 'When.' })
  at!: Date;
}

@ObjectType('AuditEntryConnection', { description: 'A page of the audit trail, newest first.' })
export class AuditEntryConnection extends ConnectionType(AuditEntryType) {}

/** Which entries of the audit trail to list. */
@ArgsType()
export class AuditEntriesArgs extends PageArgs {
  @Field(() => String, { nullable: true, description: 'Only of this action, such as connection.updated.' })
  @IsOptional()
  @Length(1, 100)
  action?: string | null;

  @Field(() => String, { nullable: true, description: 'Only of this kind of thing, such as connection.' })
  @IsOptional()
  @Length(1, 100)
  subjectType?: string | null;

  @Field(() => ID, { nullable: true, description: 'Only of this thing.' })
  @IsOptional()
  @Length(1, 200)
  subjectId?: string | null;

  @Field(() => Date, { nullable: true, description: 'Only from this instant on.' })
  @IsOptional()
  from?: Date | null;

  @Field(() => Date, { nullable: true, description: 'Only before this instant.' })
  @IsOptional()
  to?: Date | null;
}

@InputType({ description: 'A key to create.' })
export class CreateApiKeyInput {
  @Field({ description: 'What it is for.' })
  @Length(1, 100)
  label!: string;

  @Field(() => RoleEnum, { description: 'What it may do.' })
  @IsIn(grantableRoles)
  role!: Role;
}

@InputType({ description: 'Which key to revoke.' })
export class RevokeApiKeyInput {
  @Field(() => ID, { description: 'Its id.' })
  @IsUUID()
  id!: string;
}

@ObjectType('ApiKeyUserError', { implements: () => UserError, description: 'Why a change of keys was refused.' })
export class ApiKeyUserError extends UserError {
  @Field(() => ApiKeyErrorCodeEnum, { description: 'The kind of problem.' })
  code!: string;
}

@ObjectType('CreateApiKeyPayload', { description: 'Outcome of creating a key.' })
export class CreateApiKeyPayload {
  @Field(() => ApiKeyType, { nullable: true, description: 'The key’s description; null when refused.' })
  apiKey!: ApiKeyType | null;

  @Field(() => String, { nullable: true, description: 'The key itself. Keep it now: it cannot be read again.' })
  key!: string | null;

  @Field(() => [ApiKeyUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: ApiKeyUserError[];
}

@ObjectType('RevokeApiKeyPayload', { description: 'Outcome of revoking a key.' })
export class RevokeApiKeyPayload {
  @Field(() => ApiKeyType, { nullable: true, description: 'The key as it is now; null when refused.' })
  apiKey!: ApiKeyType | null;

  @Field(() => [ApiKeyUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: ApiKeyUserError[];
}
