import { DeviceTargetingInput } from '@modules/profiles';
import { Field, ID, InputType, Int } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
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
import {
  InAppContentInput,
  InboxContentInput,
  MessageButtonInput,
  TapInput,
  WebPushContentInput,
} from './onsite-content.inputs';
import { PushGroupEnum } from './targeting.type';

const short = 2_000;
const long = 600_000;
/** Thirty days. */
const longestLife = 43_200;

@InputType({ description: 'An extra value for the app.' })
export class PushDataEntryInput {
  @Field({ description: 'Key that the app reads.' })
  @IsString()
  @MaxLength(64)
  key!: string;

  @Field({ description: 'Its value; may hold placeholders.' })
  @IsString()
  @MaxLength(short)
  value!: string;
}

@InputType({ description: 'A push message to phones. Its texts may hold placeholders.' })
export class MobilePushContentInput extends TapInput {
  @Field({ defaultValue: '', description: 'Title.' })
  @IsString()
  @MaxLength(short)
  title: string = '';

  @Field({ defaultValue: '', description: 'Text.' })
  @IsString()
  @MaxLength(10_000)
  body: string = '';

  @Field(() => String, { nullable: true, description: 'Opened when the message is tapped.' })
  @IsOptional()
  @IsString()
  @MaxLength(short)
  url?: string | null;

  @Field(() => String, { nullable: true, description: 'Picture beside the text.' })
  @IsOptional()
  @IsString()
  @MaxLength(short)
  imageUrl?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'HTML that a tap with onClick PAGE shows; it counts to the size.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(10_000)
  page?: string | null;

  @Field(() => [PushDataEntryInput], { nullable: true, description: 'Extra values for the app.' })
  @IsOptional()
  @ArrayMaxSize(20)
  @ValidateNested({ each: true })
  @Type(() => PushDataEntryInput)
  data?: PushDataEntryInput[] | null;

  @Field(() => String, { nullable: true, description: 'A line under the title; iOS only.' })
  @IsOptional()
  @IsString()
  @MaxLength(short)
  subtitle?: string | null;

  @Field(() => String, { nullable: true, description: 'Small picture; shown by the app.' })
  @IsOptional()
  @IsString()
  @MaxLength(short)
  iconUrl?: string | null;

  @Field(() => String, {
    nullable: true,
    description: '`default` or the name of a sound in the app; silent when null.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(short)
  sound?: string | null;

  @Field(() => Int, { nullable: true, description: 'The number on the app’s icon; iOS only, 0 takes it away.' })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(99_999)
  badge?: number | null;

  @Field(() => String, { nullable: true, description: 'Notification category that the app registered; iOS only.' })
  @IsOptional()
  @IsString()
  @MaxLength(short)
  category?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Notifications with the same one lie together on the phone; iOS only.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(short)
  threadId?: string | null;

  @Field(() => String, { nullable: true, description: 'Notification channel of the app; Android only.' })
  @IsOptional()
  @IsString()
  @MaxLength(short)
  androidChannelId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'A device that was away gets only the newest message with the same key.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(short)
  collapseKey?: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Hours after which it is given up when it could not be delivered, at most 672; the provider’s own limit when null.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(672)
  ttlHours?: number | null;

  @Field({
    defaultValue: false,
    description:
      'Whether it is encrypted for the app, so that FCM and APNs cannot read it. Devices without keys get nothing.',
  })
  @IsBoolean()
  isEncrypted: boolean = false;

  @Field(() => String, {
    nullable: true,
    description: 'Title that a phone shows until its app has opened the encrypted message; no placeholders.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(short)
  coverTitle?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Text that a phone shows until then; an encrypted message needs one.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(short)
  coverBody?: string | null;

  @Field(() => [MessageButtonInput], { nullable: true, description: 'At most three; shown by the app.' })
  @IsOptional()
  @ArrayMaxSize(10)
  @ValidateNested({ each: true })
  @Type(() => MessageButtonInput)
  buttons?: MessageButtonInput[] | null;
}

@InputType({ description: 'An e-mail. Its texts may hold placeholders, its addresses not.' })
export class EmailContentInput {
  @Field({ defaultValue: '', description: 'Sender address.' })
  @IsString()
  @MaxLength(short)
  fromAddress: string = '';

  @Field({ defaultValue: '', description: 'Sender name.' })
  @IsString()
  @MaxLength(short)
  fromName: string = '';

  @Field(() => String, { nullable: true, description: 'Where answers go; the sender when null.' })
  @IsOptional()
  @IsString()
  @MaxLength(short)
  replyTo?: string | null;

  @Field(() => String, { nullable: true, description: 'Name beside the address for answers; may hold placeholders.' })
  @IsOptional()
  @IsString()
  @MaxLength(short)
  replyToName?: string | null;

  @Field(() => Boolean, {
    defaultValue: true,
    description: 'Whether mail programs may unsubscribe with one click (RFC 8058); large mailbox providers ask for it.',
  })
  @IsBoolean()
  hasUnsubscribeHeader: boolean = true;

  @Field({ defaultValue: '', description: 'Subject.' })
  @IsString()
  @MaxLength(short)
  subject: string = '';

  @Field({
    defaultValue: '',
    description: 'HTML part; values are escaped in it. At most 64 KiB with placeholders, else 500 KB.',
  })
  @IsString()
  @MaxLength(long)
  html: string = '';

  @Field(() => String, { nullable: true, description: 'Plain part; derived from the HTML part when null.' })
  @IsOptional()
  @IsString()
  @MaxLength(long)
  text?: string | null;

  @Field(() => String, { nullable: true, description: 'What inboxes show behind the subject.' })
  @IsOptional()
  @IsString()
  @MaxLength(short)
  preheader?: string | null;

  @Field(() => PushGroupEnum, {
    nullable: true,
    description: 'Only for people whom push messages reach or do not; null: for all.',
  })
  @IsOptional()
  @IsIn(pushGroups)
  group?: EmailContent['group'] | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'E-mail template that it begins with: its HTML is copied where `html` is empty, its subject and preheader where the e-mail has none. With `html` it is only remembered.',
  })
  @IsOptional()
  @IsUUID()
  templateId?: string | null;
}

@InputType({ description: 'A text message. Its texts may hold placeholders.' })
export class SmsContentInput {
  @Field({ defaultValue: '', description: 'Sender name or number; the account’s own when empty.' })
  @IsString()
  @MaxLength(short)
  from: string = '';

  @Field({ defaultValue: '', description: 'Text.' })
  @IsString()
  @MaxLength(10_000)
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
