import { UserError } from '@libs/platform';
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsInt, IsOptional, Length, Matches, Max, Min } from 'class-validator';
import { type Platform, platforms } from '../domain/app';
import type { AppProblemCode } from './manage-apps';

/** {@link platforms} as GraphQL has them. */
export const PlatformEnum = Object.fromEntries(platforms.map((platform) => [platform, platform]));
registerEnumType(PlatformEnum, { name: 'Platform', description: 'Where an app runs.' });

const codes: AppProblemCode[] = ['INVALID', 'NOT_FOUND', 'CONFLICT', 'NAME_TAKEN'];
const AppErrorCodeEnum = Object.fromEntries(codes.map((code) => [code, code]));
registerEnumType(AppErrorCodeEnum, { name: 'AppErrorCode', description: 'Why a change of an app was refused.' });

@ObjectType('App', { description: 'An integrated app or site, whose installations report to the SDK API.' })
export class AppType {
  @Field(() => ID, { description: 'Our id.' })
  id!: string;

  @Field({ description: 'Its name.' })
  name!: string;

  @Field(() => PlatformEnum, { description: 'Where it runs.' })
  platform!: string;

  @Field({ description: 'Enough of the SDK key to recognise it.' })
  sdkKeyHint!: string;

  @Field({ description: 'Whether a device must prove the user ID that it reports (a HMAC made by your server).' })
  requiresProof!: boolean;

  @Field({ description: 'Devices of a disabled app are refused.' })
  isEnabled!: boolean;

  @Field(() => Int, {
    description:
      'How many new installations, and user IDs that nobody had, are taken within an hour; the SDK API answers more with 429.',
  })
  registrationsPerHour!: number;

  @Field(() => Int, {
    description: 'How many of them may come from one client address. Counts where the api knows its TRUSTED_PROXIES.',
  })
  registrationsPerAddress!: number;

  @Field(() => Int, { description: 'Send it back with a change; two changes at once are detected.' })
  version!: number;

  @Field({ description: 'Since when.' })
  createdAt!: Date;
}

@InputType({ description: 'An app to add.' })
export class CreateAppInput {
  @Field({ description: 'A name that tells it apart.' })
  @Length(1, 100)
  name!: string;

  @Field(() => PlatformEnum, { description: 'Where it runs.' })
  platform!: Platform;
}

@InputType({ description: 'A change of an app; what is absent stays.' })
export class UpdateAppInput {
  @Field(() => ID, { description: 'Its id.' })
  id!: string;

  @Field(() => Int, { description: 'The version that you read.' })
  version!: number;

  @Field(() => String, { nullable: true, description: 'A new name.' })
  @IsOptional()
  @Length(1, 100)
  @Matches(/\S/, { message: 'The name must not be blank' })
  name?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'False refuses its devices.' })
  isEnabled?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'True replaces the SDK key; the old one stops working at once.',
  })
  rotateSdkKey?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'True makes a new identity secret, false lets devices report any user ID.',
  })
  requiresProof?: boolean | null;

  @Field(() => Int, {
    nullable: true,
    description: 'New installations, and user IDs that nobody had, within an hour: 1 to 10,000,000.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(10_000_000)
  registrationsPerHour?: number | null;

  @Field(() => Int, { nullable: true, description: 'Those of one client address within an hour: 1 to 10,000,000.' })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(10_000_000)
  registrationsPerAddress?: number | null;
}

@ObjectType('AppUserError', { implements: () => UserError, description: 'Why a change was refused.' })
export class AppUserError extends UserError {
  @Field(() => AppErrorCodeEnum, { description: 'The kind of problem.' })
  code!: string;
}

@ObjectType('AppPayload', { description: 'Outcome of a change of an app.' })
export class AppPayload {
  @Field(() => AppType, { nullable: true, description: 'The app; null when refused.' })
  app!: AppType | null;

  @Field(() => String, { nullable: true, description: 'A new SDK key. It is shown here and never again.' })
  sdkKey?: string;

  @Field(() => String, {
    nullable: true,
    description: 'A new identity secret for your server; shown here and never again.',
  })
  identitySecret?: string;

  @Field(() => [AppUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: AppUserError[];
}
