import { DeviceTargetingInput } from '@modules/profiles';
import { Field, ID, InputType, Int } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsBoolean, IsIn, IsInt, IsOptional, IsUUID, Max, Min, ValidateNested } from 'class-validator';
import {
  type ContentMedium,
  contentMedia,
  type EmailContent,
  type MissingValueRule,
  missingValueRules,
} from '../../domain/content/campaign-content';
import { pushGroups } from '../../domain/content/targeting';
import { ContentAlternativeInput, ContentVariantInput } from './alternatives.inputs';
import { MissingValueRuleEnum } from './content.type';
import { ContentMediumEnum } from './content-medium.enum';
import { EmailContentInput } from './email-content.inputs';
import { InAppContentInput, InboxContentInput, WebPushContentInput } from './onsite-content.inputs';
import { MobilePushContentInput } from './push-content.inputs';
import { PushGroupEnum } from './targeting.type';
import { TextField } from './text-fields';

/** Thirty days. */
const longestLife = 43_200;

@InputType({ description: 'A text message. Its texts may hold placeholders.' })
export class SmsContentInput {
  @TextField('Sender name or number; the account’s own when empty.')
  from: string = '';

  @TextField('Text.', 10_000)
  text: string = '';

  @Field({
    defaultValue: false,
    description: 'Whether web addresses in the text are made short at the hand-over, so that clicks count.',
  })
  @IsBoolean()
  hasShortLinks: boolean = false;

  @Field(() => PushGroupEnum, {
    nullable: true,
    description: 'Only for people whom push messages reach or do not; null: for all.',
  })
  @IsOptional()
  @IsIn(pushGroups)
  group?: EmailContent['group'] | null;
}

@InputType({ description: 'How placeholders are treated.' })
export class PersonalisationInput {
  @Field(() => MissingValueRuleEnum, { defaultValue: 'EMPTY', description: 'What a missing value does.' })
  @IsIn(missingValueRules)
  whenMissing: MissingValueRule = 'EMPTY';
}

@InputType({ description: 'Content per medium. In an update an absent medium stays and null takes it away.' })
export class CampaignContentInput {
  @Field(() => MobilePushContentInput, { nullable: true, description: 'Mobile push.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => MobilePushContentInput)
  mobilePush?: MobilePushContentInput | null;

  @Field(() => EmailContentInput, { nullable: true, description: 'E-mail.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => EmailContentInput)
  email?: EmailContentInput | null;

  @Field(() => SmsContentInput, { nullable: true, description: 'SMS.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => SmsContentInput)
  sms?: SmsContentInput | null;

  @Field(() => WebPushContentInput, { nullable: true, description: 'Web push.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => WebPushContentInput)
  webPush?: WebPushContentInput | null;

  @Field(() => InboxContentInput, { nullable: true, description: 'Inbox.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => InboxContentInput)
  inbox?: InboxContentInput | null;

  @Field(() => InAppContentInput, { nullable: true, description: 'In-app and on-site.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => InAppContentInput)
  inApp?: InAppContentInput | null;

  @Field(() => [ContentVariantInput], {
    nullable: true,
    description: 'Sides of a split test; the first has the content’s own texts. Null or empty takes them away.',
  })
  @IsOptional()
  @ArrayMaxSize(10)
  @ValidateNested({ each: true })
  @Type(() => ContentVariantInput)
  variants?: ContentVariantInput[] | null;

  @Field(() => [ContentAlternativeInput], {
    nullable: true,
    description:
      'Texts for languages and variants, at most 60. A person gets the nearest language, then the variant, then the own text. Null or empty takes them away.',
  })
  @IsOptional()
  @ArrayMaxSize(60)
  @ValidateNested({ each: true })
  @Type(() => ContentAlternativeInput)
  alternatives?: ContentAlternativeInput[] | null;

  @Field(() => DeviceTargetingInput, { nullable: true, description: 'Devices that push is kept to; null: all.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => DeviceTargetingInput)
  targeting?: DeviceTargetingInput | null;

  @Field(() => ID, {
    nullable: true,
    description: 'Engagement category: whom it is for and how often they get its messages. Null takes it away.',
  })
  @IsOptional()
  @IsUUID()
  categoryId?: string | null;

  @Field(() => [ID], {
    nullable: true,
    description:
      'Apps and sites of the project that push, inbox and in-app messages are kept to, each once, at most 100. Null or empty: all.',
  })
  @IsOptional()
  @ArrayMaxSize(100)
  @IsUUID(undefined, { each: true })
  appIds?: string[] | null;

  @Field(() => [ContentMediumEnum], {
    nullable: true,
    description:
      'All media of the content in an order: a person gets the message over the first that reaches them. Null or empty: over all media.',
  })
  @IsOptional()
  @ArrayMaxSize(6)
  @IsIn(contentMedia, { each: true })
  firstReachable?: ContentMedium[] | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Share of the people, 1 to 90 per cent, who get nothing, so that the others can be compared with them; always the same people. Null: nobody, as Optimove has a control group of its own, and a second one would falsify its measurement.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(90)
  controlGroupPercent?: number | null;

  @Field(() => PersonalisationInput, { nullable: true, description: 'How placeholders are treated; EMPTY first.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => PersonalisationInput)
  personalisation?: PersonalisationInput | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Minutes after its scheduled time at which a message is not worth sending any more: whoever comes later ends as EXPIRED. Null: it always is.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(longestLife)
  expiresAfterMinutes?: number | null;
}
