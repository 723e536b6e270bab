import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { type ContentMedium, missingValueRules } from '../../domain/content/campaign-content';
import { ContentAlternativeType, ContentVariantType } from './alternatives.type';
import { ContentMediumEnum } from './content-medium.enum';
import { enumOf } from './enum-of';
import {
  InAppContentType,
  InboxContentType,
  MessageButtonType,
  TapType,
  WebPushContentType,
} from './onsite-content.type';
import { DeviceTargetingType, PushGroupEnum } from './targeting.type';

/** What to do about missing values, as GraphQL names it. */
export const MissingValueRuleEnum = enumOf(missingValueRules);
registerEnumType(MissingValueRuleEnum, {
  name: 'MissingValueRule',
  description:
    'What a placeholder without value and default does. EMPTY: an empty text is sent. SKIP: that customer gets nothing.',
});

@ObjectType('PushDataEntry', { description: 'An extra value for the app.' })
export class PushDataEntryType {
  @Field({ description: 'Key that the app reads.' })
  key!: string;

  @Field({ description: 'Its value; may hold placeholders.' })
  value!: string;
}

@ObjectType('MobilePushContent', { description: 'A push message to phones. Its texts may hold placeholders.' })
export class MobilePushContentType extends TapType {
  @Field({ description: 'Title.' })
  title!: string;

  @Field({ description: 'Text.' })
  body!: string;

  @Field(() => String, { nullable: true, description: 'Opened when the message is tapped.' })
  url!: string | null;

  @Field(() => String, { nullable: true, description: 'Picture beside the text.' })
  imageUrl!: string | null;

  @Field(() => String, { nullable: true, description: 'HTML that a tap with onClick PAGE shows.' })
  page!: string | null;

  @Field(() => [PushDataEntryType], { description: 'Extra values for the app.' })
  data!: PushDataEntryType[];

  @Field(() => String, { nullable: true, description: 'A line under the title; iOS only.' })
  subtitle!: string | null;

  @Field(() => String, { nullable: true, description: 'Small picture; shown by the app.' })
  iconUrl!: string | null;

  @Field(() => String, {
    nullable: true,
    description: '`default` or the name of a sound in the app; silent when null.',
  })
  sound!: string | null;

  @Field(() => Int, { nullable: true, description: 'The number on the app’s icon; iOS only, 0 takes it away.' })
  badge!: number | null;

  @Field(() => String, { nullable: true, description: 'Notification category that the app registered; iOS only.' })
  category!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Notifications with the same one lie together on the phone; iOS only.',
  })
  threadId!: string | null;

  @Field(() => String, { nullable: true, description: 'Notification channel of the app; Android only.' })
  androidChannelId!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'A device that was away gets only the newest message with the same key.',
  })
  collapseKey!: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Hours after which it is given up when it could not be delivered, at most 672; the provider’s own limit when null.',
  })
  ttlHours!: number | null;

  @Field({ description: 'Whether it is encrypted for the app, so that FCM and APNs cannot read it.' })
  isEncrypted!: boolean;

  @Field(() => String, { nullable: true, description: 'Title shown until the app has opened the encrypted message.' })
  coverTitle!: string | null;

  @Field(() => String, { nullable: true, description: 'Text shown until then.' })
  coverBody!: string | null;

  @Field(() => [MessageButtonType], { description: 'Buttons that the app shows.' })
  buttons!: MessageButtonType[];
}

@ObjectType('EmailContent', { description: 'An e-mail. Its texts may hold placeholders, its addresses not.' })
export class EmailContentType {
  @Field({ description: 'Sender address.' })
  fromAddress!: string;

  @Field({ description: 'Sender name.' })
  fromName!: string;

  @Field(() => String, { nullable: true, description: 'Where answers go; the sender when null.' })
  replyTo!: string | null;

  @Field(() => String, { nullable: true, description: 'Name beside the address for answers.' })
  replyToName!: string | null;

  @Field({ description: 'Whether mail programs may unsubscribe with one click (RFC 8058).' })
  hasUnsubscribeHeader!: boolean;

  @Field({ description: 'Subject.' })
  subject!: string;

  @Field({ description: 'HTML part; values are escaped in it.' })
  html!: string;

  @Field(() => String, { nullable: true, description: 'Plain part; derived from the HTML part when null.' })
  text!: string | null;

  @Field(() => String, { nullable: true, description: 'What inboxes show behind the subject.' })
  preheader!: string | null;

  @Field(() => PushGroupEnum, {
    nullable: true,
    description: 'Only for people whom push messages reach or do not; null: for all.',
  })
  group!: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'E-mail template that it began with; the texts are its own all the same.',
  })
  templateId!: string | null;
}

@ObjectType('SmsContent', { description: 'A text message. Its texts may hold placeholders.' })
export class SmsContentType {
  @Field({ description: 'Sender name or number; the account’s own when empty.' })
  from!: string;

  @Field({ description: 'Text.' })
  text!: string;

  @Field({ description: 'Whether web addresses in the text are made short at the hand-over, so that clicks count.' })
  hasShortLinks!: boolean;

  @Field(() => PushGroupEnum, {
    nullable: true,
    description: 'Only for people whom push messages reach or do not; null: for all.',
  })
  group!: string | null;
}

@ObjectType('ContentPersonalisation', { description: 'How placeholders are treated.' })
export class PersonalisationType {
  @Field(() => MissingValueRuleEnum, { description: 'What a missing value does.' })
  whenMissing!: string;
}

@ObjectType('CampaignContent', { description: 'The content of a campaign; a medium that is null is not sent.' })
export class CampaignContentType {
  @Field(() => MobilePushContentType, { nullable: true, description: 'Mobile push.' })
  mobilePush!: MobilePushContentType | null;

  @Field(() => EmailContentType, { nullable: true, description: 'E-mail.' })
  email!: EmailContentType | null;

  @Field(() => SmsContentType, { nullable: true, description: 'SMS.' })
  sms!: SmsContentType | null;

  @Field(() => WebPushContentType, { nullable: true, description: 'Web push.' })
  webPush!: WebPushContentType | null;

  @Field(() => InboxContentType, { nullable: true, description: 'Inbox.' })
  inbox!: InboxContentType | null;

  @Field(() => InAppContentType, { nullable: true, description: 'In-app and on-site.' })
  inApp!: InAppContentType | null;

  @Field(() => [ContentVariantType], { description: 'Sides of a split test; empty: everybody gets the same.' })
  variants!: ContentVariantType[];

  @Field(() => [ContentAlternativeType], { description: 'Texts for languages and variants.' })
  alternatives!: ContentAlternativeType[];

  @Field(() => DeviceTargetingType, { nullable: true, description: 'Devices that push is kept to; null: all.' })
  targeting!: DeviceTargetingType | null;
  @Field(() => ID, { nullable: true, description: 'Engagement category; null: none.' })
  categoryId!: string | null;

  @Field(() => [ID], { description: 'Apps and sites that push, inbox and in-app messages are kept to; empty: all.' })
  appIds!: string[];

  @Field(() => [ContentMediumEnum], {
    nullable: true,
    description: 'The order in which media are tried, of which the first that reaches a person is used; null: all are.',
  })
  firstReachable!: ContentMedium[] | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Share of the people, in per cent, who get nothing for comparison; null: nobody, as Optimove has a control group of its own.',
  })
  controlGroupPercent!: number | null;

  @Field(() => PersonalisationType, { description: 'How placeholders are treated.' })
  personalisation!: PersonalisationType;

  @Field(() => Int, {
    nullable: true,
    description:
      'Minutes after its scheduled time at which a message is not worth sending any more; null: it always is.',
  })
  expiresAfterMinutes!: number | null;
}
