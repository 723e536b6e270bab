import { Field, Int, ObjectType, OmitType } from '@nestjs/graphql';
import { CampaignUserError } from './campaign.type';
import { MobilePushContentType } from './content.type';
import { ContentMediumEnum } from './content-medium.enum';
import { InAppContentType, InboxContentType, WebPushContentType } from './onsite-content.type';

@ObjectType('MobilePushPreview', { description: 'A push message as one person would get it.' })
export class MobilePushPreviewType extends MobilePushContentType {
  @Field(() => Int, { description: 'Bytes of its payload, of which phones take 4,096 with what providers add.' })
  payloadBytes!: number;
}

@ObjectType('WebPushPreview', { description: 'A push message to browsers as one person would get it.' })
export class WebPushPreviewType extends OmitType(WebPushContentType, ['ttlHours']) {
  @Field(() => Int, {
    nullable: true,
    description:
      'Seconds after which it is given up when the browser was away: the shorter of its own and the campaign’s.',
  })
  ttlSeconds!: number | null;

  @Field(() => Int, { description: 'Bytes of its payload, of which 3,650 fit.' })
  payloadBytes!: number;
}

@ObjectType('InboxPreview', { description: 'A message for inboxes as one person would get it.' })
export class InboxPreviewType extends InboxContentType {}

@ObjectType('InAppPreview', { description: 'A message that apps and sites show, as one person would get it.' })
export class InAppPreviewType extends InAppContentType {}

@ObjectType('EmailPreview', { description: 'An e-mail as one person would get it.' })
export class EmailPreviewType {
  @Field({ description: 'Sender name.' })
  fromName!: string;

  @Field({ description: 'Sender address.' })
  fromAddress!: string;

  @Field(() => String, { nullable: true, description: 'Where answers go; the sender when null.' })
  replyTo!: string | null;

  @Field(() => String, { nullable: true, description: 'Name beside the address for answers.' })
  replyToName!: string | null;

  @Field({ description: 'Subject.' })
  subject!: string;

  @Field({ description: 'HTML part.' })
  html!: string;

  @Field({ description: 'Plain part.' })
  text!: string;
}

@ObjectType('SmsPreview', { description: 'A text message as one person would get it.' })
export class SmsPreviewType {
  @Field({ description: 'Sender; the account’s own when empty.' })
  from!: string;

  @Field({ description: 'Text.' })
  text!: string;

  @Field(() => Int, { description: 'Parts, each of which is charged.' })
  parts!: number;

  @Field({ description: 'Whether it may be more parts: placeholders have no sample value.' })
  isAtLeast!: boolean;
}

@ObjectType('PreviewProblem', { description: 'Why one person would get nothing over a medium.' })
export class PreviewProblemType {
  @Field(() => ContentMediumEnum, { description: 'The medium.' })
  medium!: string;

  @Field({ description: 'Why.' })
  message!: string;
}

@ObjectType('PreviewCampaignPayload', {
  description: 'A campaign rendered for a profile, or with sample values alone.',
})
export class PreviewCampaignPayload {
  @Field(() => MobilePushPreviewType, {
    nullable: true,
    description: 'Mobile push; null without content or on a problem.',
  })
  mobilePush!: MobilePushPreviewType | null;

  @Field(() => EmailPreviewType, { nullable: true, description: 'E-mail; null without content or on a problem.' })
  email!: EmailPreviewType | null;

  @Field(() => SmsPreviewType, { nullable: true, description: 'SMS; null without content or on a problem.' })
  sms!: SmsPreviewType | null;

  @Field(() => WebPushPreviewType, { nullable: true, description: 'Web push; null without content or on a problem.' })
  webPush!: WebPushPreviewType | null;

  @Field(() => InboxPreviewType, { nullable: true, description: 'Inbox; null without content or on a problem.' })
  inbox!: InboxPreviewType | null;

  @Field(() => InAppPreviewType, { nullable: true, description: 'In-app; null without content or on a problem.' })
  inApp!: InAppPreviewType | null;

  @Field(() => [PreviewProblemType], { description: 'Media that this person would not get.' })
  problems!: PreviewProblemType[];

  @Field(() => String, { nullable: true, description: 'The variant that is shown; null: the content’s own texts.' })
  variant!: string | null;

  @Field(() => [String], { description: 'Placeholders without a value.' })
  missing!: string[];

  @Field(() => [CampaignUserError], { description: 'Errors of the content; nothing is rendered while there are any.' })
  userErrors!: CampaignUserError[];
}
