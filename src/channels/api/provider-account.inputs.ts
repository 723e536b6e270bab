import { Field, ID, InputType, Int } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsBoolean,
  IsInt,
  IsOptional,
  IsUUID,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateIf,
  ValidateNested,
} from 'class-validator';

const noOuterSpace = /^\S(.*\S)?$/s;
const mostSettings = 50;
const longestValue = 20_000;
const highestRate = 100_000;
const isGiven = (_input: object, value: unknown) => value !== undefined;

@InputType({ description: 'A setting of an account, as text: numbers in digits, true or false, JSON as it is.' })
export class ProviderSettingInput {
  @Field({ description: 'Name of the provider’s field.' })
  @Length(1, 100)
  name!: string;

  @Field(() => String, { nullable: true, description: 'The value; null clears it.' })
  @IsOptional()
  @MaxLength(longestValue)
  value: string | null = null;
}

@InputType({ description: 'An account at a provider.' })
export class CreateProviderAccountInput {
  @Field(() => ID, { description: 'Key of the provider; see providers.' })
  @Length(1, 50)
  provider!: string;

  @Field({ description: 'Name, unique in the project.' })
  @Length(1, 100)
  @Matches(noOuterSpace, { message: 'The name must not begin or end with a space' })
  name!: string;

  @Field(() => [ProviderSettingInput], { description: 'Its settings; they are tried at the provider first.' })
  @ArrayMaxSize(mostSettings)
  @ArrayUnique(({ name }: ProviderSettingInput) => name, { message: 'A setting is given twice' })
  @ValidateNested({ each: true })
  @Type(() => ProviderSettingInput)
  settings!: ProviderSettingInput[];

  @Field({
    defaultValue: false,
    description:
      'Whether it becomes the account that delivers the medium, or for mobile push the messages for its push service and app; the first one always does.',
  })
  @IsBoolean()
  isDefault: boolean = false;

  @Field(() => ID, {
    nullable: true,
    description:
      'The app whose devices alone it is for; of push services only. Null: the devices of every app without an account of its own.',
  })
  @IsOptional()
  @IsUUID()
  appId: string | null = null;

  @Field(() => Int, {
    nullable: true,
    description: 'Messages a second that may go out, over all executions and processes; null for no limit.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(highestRate)
  messagesPerSecond?: number | null;
}

@InputType({ description: 'What to change of an account; what is absent stays, secrets too.' })
export class UpdateProviderAccountInput {
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

  @Field(() => [ProviderSettingInput], {
    nullable: true,
    description: 'Settings to change; the others stay. A changed address needs the secrets again.',
  })
  @ValidateIf(isGiven)
  @ArrayMaxSize(mostSettings)
  @ArrayUnique(({ name }: ProviderSettingInput) => name, { message: 'A setting is given twice' })
  @ValidateNested({ each: true })
  @Type(() => ProviderSettingInput)
  settings?: ProviderSettingInput[];

  @Field(() => Boolean, { nullable: true, description: 'true makes it the account that delivers what it is for.' })
  @ValidateIf(isGiven)
  @IsBoolean()
  isDefault?: boolean;

  @Field(() => Int, {
    nullable: true,
    description: 'Messages a second that may go out from now on; null takes the limit away.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(highestRate)
  messagesPerSecond?: number | null;
}

@InputType({ description: 'Which account to delete.' })
export class DeleteProviderAccountInput {
  @Field(() => ID, { description: 'Its id.' })
  id!: string;
}

@InputType({ description: 'Which account to check.' })
export class VerifyProviderAccountInput {
  @Field(() => ID, { description: 'Its id.' })
  id!: string;
}
