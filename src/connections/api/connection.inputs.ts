import { Field, Float, ID, InputType, Int } from '@nestjs/graphql';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateIf,
} from 'class-validator';
import { MetricsModeEnum } from './connection.type';

const noOuterSpace = /^(\S(.*\S)?)?$/s;
const isGiven = (_input: object, value: unknown) => value !== undefined;

/** Settings that connecting and updating share. */
@InputType({ isAbstract: true })
abstract class ConnectionSettingsInput {
  @Field(() => String, {
    nullable: true,
    description: 'Optimove attribute that holds the user ID, once Optimove has enabled it; null: the customer ID.',
  })
  @IsOptional()
  @Length(1, 200)
  @Matches(noOuterSpace, { message: 'An attribute name must not begin or end with a space' })
  userIdAttribute?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Optimove attribute with mobile numbers: digits with country code, no + and no 00; null: none.',
  })
  @IsOptional()
  @Length(1, 200)
  @Matches(noOuterSpace, { message: 'An attribute name must not begin or end with a space' })
  mobileNumberAttribute?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether an imported number counts as subscribed to SMS when the subscription is not set; yes first.',
  })
  @ValidateIf(isGiven)
  @IsBoolean()
  treatImportedNumbersAsSubscribed?: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'IANA zone of Optimove’s times, such as Europe/Malta; UTC first.',
  })
  @ValidateIf(isGiven)
  @IsString()
  timeZone?: string;

  @Field(() => MetricsModeEnum, { nullable: true, description: 'How metrics are posted; ABSOLUTE first.' })
  @ValidateIf(isGiven)
  @IsIn(Object.values(MetricsModeEnum))
  metricsMode?: 'ABSOLUTE' | 'DELTA';

  @Field(() => Int, { nullable: true, description: 'Customers asked for per page, 1 to 200,000; 10,000 first.' })
  @ValidateIf(isGiven)
  @IsInt()
  @Min(1)
  @Max(200_000)
  pageSize?: number;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether a page shorter than asked for ends the list. Only where Optimove never caps pages lower.',
  })
  @ValidateIf(isGiven)
  @IsBoolean()
  trustsShortPage?: boolean;

  @Field(() => Float, {
    nullable: true,
    description: 'Calls per second with this API token; 4 first, which keeps Optimove’s limit of 50 in 10 seconds.',
  })
  @ValidateIf(isGiven)
  @IsNumber()
  @Min(0.1)
  @Max(1000)
  callsPerSecond?: number;

  @Field(() => [String], {
    nullable: true,
    description:
      'IP addresses and networks that Optimove’s calls come from, such as 203.0.113.0/24; others are refused. At most 100; none first, which allows all.',
  })
  @ValidateIf(isGiven)
  @IsArray()
  @ArrayMaxSize(100)
  @MaxLength(50, { each: true })
  callbackAddresses?: string[];

  @Field(() => Int, {
    nullable: true,
    description: 'Triggered messages that go on within a minute; more wait for the next. Null: the service’s own.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(10_000_000)
  triggeredPerMinute?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Triggered messages that one customer gets within an hour. Null: the service’s own.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(1_000)
  triggeredPerPersonPerHour?: number | null;
}

@InputType({ description: 'An Optimove account to connect.' })
export class CreateConnectionInput extends ConnectionSettingsInput {
  @Field({ description: 'Name, unique in the project.' })
  @Length(1, 100)
  @Matches(noOuterSpace, { message: 'The name must not begin or end with a space' })
  name!: string;

  @Field({ description: 'API base address, such as https://api5.optimove.net/current/.' })
  @Length(1, 500)
  endpoint!: string;

  @Field({ description: 'API token from the Optimove account manager. Stored encrypted and never returned.' })
  @Length(1, 1000)
  @Matches(/^\S+$/, { message: 'The API token must not contain spaces' })
  apiToken!: string;
}

@InputType({ description: 'What to change of a connection; what is absent stays.' })
export class UpdateConnectionInput extends ConnectionSettingsInput {
  @Field(() => ID, { description: 'Its id.' })
  @IsUUID()
  id!: string;

  @Field(() => Int, { description: 'The version you read.' })
  @IsInt()
  version!: number;

  @Field(() => String, { nullable: true, description: 'A new name.' })
  @ValidateIf(isGiven)
  @Length(1, 100)
  @Matches(noOuterSpace, { message: 'The name must not begin or end with a space' })
  name?: string;

  @Field(() => String, { nullable: true, description: 'A new endpoint; needs the token again.' })
  @ValidateIf(isGiven)
  @Length(1, 500)
  endpoint?: string;

  @Field(() => String, { nullable: true, description: 'A new API token, put in place of the old one.' })
  @ValidateIf(isGiven)
  @Length(1, 1000)
  @Matches(/^\S+$/, { message: 'The API token must not contain spaces' })
  apiToken?: string;
}

@InputType({ description: 'Names a connection.' })
export class ConnectionIdInput {
  @Field(() => ID, { description: 'Its id.' })
  @IsUUID()
  id!: string;
}

@InputType({ description: 'Which connection to delete.' })
export class DeleteConnectionInput extends ConnectionIdInput {
  @Field({ defaultValue: false, description: 'Say true once you have read the consequences.' })
  @IsBoolean()
  acceptConsequences: boolean = false;
}
