import { Field, InputType, Int, ObjectType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsBoolean,
  IsEmail,
  IsInt,
  IsOptional,
  Length,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { smsSender } from '../../domain/content/sms-parts';
import { LimitUserError } from './category.type';

const timeOfDay = /^([01]\d|2[0-3]):[0-5]\d$/;
const timeRule = { message: 'Write a time of day as HH:MM, e.g. 22:00' };

@ObjectType('QuietHours', { description: 'A daily stretch of time on the customer’s own clock.' })
export class QuietHoursType {
  @Field({ description: 'First minute, HH:MM.' })
  from!: string;

  @Field({ description: 'When they are over, HH:MM; an earlier time of day than `from` is one of the next day.' })
  to!: string;
}

@ObjectType('EmailSender', { description: 'An address that e-mails come from.' })
export class EmailSenderType {
  @Field({ description: 'The address, which your mail provider has verified.' })
  address!: string;

  @Field({ description: 'The name that goes with it, for whoever writes a campaign to take over.' })
  name!: string;
}

@InputType({ description: 'An address that e-mails come from.' })
export class EmailSenderInput {
  @Field({ description: 'The address, which your mail provider has verified.' })
  @IsEmail()
  @MaxLength(254)
  address!: string;

  @Field({ description: 'The name that goes with it, for whoever writes a campaign to take over.' })
  @Length(1, 100)
  name!: string;
}

@ObjectType('SendingRules', { description: 'Rules for everything that the project sends.' })
export class SendingRulesType {
  @Field(() => QuietHoursType, {
    nullable: true,
    description:
      'Whoever’s turn comes in them waits for their end, or ends as QUIET_HOURS when the message would expire before. People without a time zone have the project’s. Inbox and in-app messages do not wait. Null: none.',
  })
  quietHours!: QuietHoursType | null;

  @Field({ description: 'Whether triggered messages wait as well.' })
  isQuietForTriggered!: boolean;

  @Field({ description: 'Whether a campaign can be launched only with an engagement category.' })
  isCategoryRequired!: boolean;

  @Field(() => [EmailSenderType], {
    description: 'Addresses that campaigns may send e-mail from; none: any.',
  })
  emailSenders!: EmailSenderType[];

  @Field(() => [String], { description: 'Names and numbers that campaigns may send text messages from; none: any.' })
  smsSenders!: string[];

  @Field(() => Int, { description: 'Pass it when you change the rules; a change in between is refused.' })
  version!: number;
}

@InputType({ description: 'Quiet hours to keep.' })
export class QuietHoursInput {
  @Field({ description: 'First minute, HH:MM.' })
  @Matches(timeOfDay, timeRule)
  from!: string;

  @Field({ description: 'When they are over, HH:MM.' })
  @Matches(timeOfDay, timeRule)
  to!: string;
}

@InputType({ description: 'The sending rules as they are to be.' })
export class UpdateSendingRulesInput {
  @Field(() => QuietHoursInput, { nullable: true, description: 'Null or absent: none.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => QuietHoursInput)
  quietHours?: QuietHoursInput | null;

  @Field({ defaultValue: false, description: 'Whether triggered messages wait as well.' })
  @IsBoolean()
  isQuietForTriggered: boolean = false;

  @Field({
    defaultValue: false,
    description: 'Whether a campaign can be launched only with an engagement category.',
  })
  @IsBoolean()
  isCategoryRequired: boolean = false;

  @Field(() => [EmailSenderInput], {
    nullable: true,
    description: 'Addresses that campaigns may send e-mail from, at most 100; empty: any. Null or absent: as they are.',
  })
  @IsOptional()
  @ArrayMaxSize(100)
  @ArrayUnique(({ address }: EmailSenderInput) => String(address).toLowerCase(), { message: 'Name each address once' })
  @ValidateNested({ each: true })
  @Type(() => EmailSenderInput)
  emailSenders?: EmailSenderInput[] | null;

  @Field(() => [String], {
    nullable: true,
    description:
      'Names and numbers that campaigns may send text messages from, at most 100; empty: any. Null or absent: as they are.',
  })
  @IsOptional()
  @ArrayMaxSize(100)
  @ArrayUnique((sender: string) => String(sender).toLowerCase(), { message: 'Name each sender once' })
  @Matches(smsSender, { each: true, message: 'Write 3 to 11 letters and digits without spaces, or a number' })
  smsSenders?: string[] | null;

  @Field(() => Int, { description: 'The version you read.' })
  @IsInt()
  version!: number;
}

@ObjectType('SendingRulesPayload', { description: 'The sending rules, or why the change was refused.' })
export class SendingRulesPayload {
  @Field(() => SendingRulesType, { nullable: true, description: 'As they are now; null on errors.' })
  sendingRules!: SendingRulesType | null;

  @Field(() => [LimitUserError], { description: 'Problems; when there are any nothing was changed.' })
  userErrors!: LimitUserError[];
}
