import { Field, InputType, Int, ObjectType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsBoolean, IsInt, IsOptional, Matches, ValidateNested } from 'class-validator';
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
