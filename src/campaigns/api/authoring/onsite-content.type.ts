import { Field, Int, IntersectionType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { clickActions } from '../../domain/content/click-action';
import {
  bannerPositions,
  inAppStyles,
  inboxStyles,
  orientations,
  showTriggers,
} from '../../domain/content/onsite-content';
import { enumOf } from './enum-of';

/** Styles of inboxes, as GraphQL names them. */
export const InboxStyleEnum = enumOf(inboxStyles);
registerEnumType(InboxStyleEnum, {
  name: 'InboxStyle',
  description: 'How an inbox shows a message. ALERT: a simple line. CARD: with a large picture.',
});

/** Styles of messages in apps and on sites, as GraphQL names them. */
export const InAppStyleEnum = enumOf(inAppStyles);
registerEnumType(InAppStyleEnum, {
  name: 'InAppStyle',
  description:
    'How an app or a site shows a message. HTML: the author writes the whole of it. INLINE: inside a page, at a placement. WEB_ALERT: as the browser shows alerts.',
});

/** Which way round a screen is, as GraphQL names it. */
export const OrientationEnum = enumOf(orientations);
registerEnumType(OrientationEnum, { name: 'Orientation', description: 'Which way round a screen is held.' });

/** Where banners are, as GraphQL names it. */
export const BannerPositionEnum = enumOf(bannerPositions);
registerEnumType(BannerPositionEnum, { name: 'BannerPosition', description: 'Where a banner is.' });

/** What taps do, as GraphQL names it. */
export const ClickActionEnum = enumOf(clickActions);
registerEnumType(ClickActionEnum, {
  name: 'ClickAction',
  description:
    'What a tap does. URL: opens the address in the browser. WEB_VIEW: inside the app. DEEPLINK: goes to a place in the app. PAGE: shows the HTML that came with the push message. IN_APP: brings up an in-app message that waits for the event.',
});

/** Triggers, as GraphQL names them. */
export const ShowTriggerEnum = enumOf(showTriggers);
registerEnumType(ShowTriggerEnum, {
  name: 'ShowTriggerKind',
  description:
    'What brings a message up: the start of a session, an event of the app, or an event that a server reports.',
});

/** What a tap does beside opening an address. */
@ObjectType({ isAbstract: true })
export class TapType {
  @Field(() => ClickActionEnum, { nullable: true, description: 'What a tap does; null: it opens the address if any.' })
  onClick!: string | null;

  @Field(() => String, { nullable: true, description: 'For IN_APP: the event for which in-app messages wait.' })
  inAppEvent!: string | null;
}

@ObjectType('MessageButton', { description: 'A button of a message.' })
export class MessageButtonType extends TapType {
  @Field({ description: 'What the app reports when it is pressed.' })
  id!: string;

  @Field({ description: 'What it says.' })
  label!: string;

  @Field(() => String, { nullable: true, description: 'Opened when it is pressed; it only closes when null.' })
  url!: string | null;
}

@ObjectType({ isAbstract: true })
class ShownTextsType {
  @Field({ description: 'Title.' })
  title!: string;

  @Field({ description: 'Text.' })
  body!: string;

  @Field(() => String, { nullable: true, description: 'Picture.' })
  imageUrl!: string | null;

  @Field(() => String, { nullable: true, description: 'Opened when the message is clicked.' })
  url!: string | null;
}

@ObjectType({ isAbstract: true })
class ShownContentType extends IntersectionType(ShownTextsType, TapType) {}

@ObjectType('WebPushContent', { description: 'A push message to browsers.' })
export class WebPushContentType extends ShownTextsType {
  @Field(() => String, { nullable: true, description: 'Small picture beside the title.' })
  iconUrl!: string | null;

  @Field(() => [MessageButtonType], { description: 'Buttons.' })
  buttons!: MessageButtonType[];

  @Field({ description: 'Stays on the screen until somebody closes it.' })
  requireInteraction!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'A browser that was away gets only the newest message with the same key.',
  })
  collapseKey!: string | null;

  @Field(() => Int, { nullable: true, description: 'Hours after which it is given up when the browser was away.' })
  ttlHours!: number | null;
}

@ObjectType('InboxContent', { description: 'A message for inboxes.' })
export class InboxContentType extends ShownContentType {
  @Field(() => InboxStyleEnum, { description: 'How it looks.' })
  style!: string;

  @Field(() => String, { nullable: true, description: 'Small picture beside the title.' })
  iconUrl!: string | null;

  @Field(() => String, { nullable: true, description: 'Behind the text of a CARD, as #rrggbb.' })
  backgroundColour!: string | null;

  @Field(() => String, { nullable: true, description: 'Behind the title of a CARD, as #rrggbb.' })
  titleBackgroundColour!: string | null;

  @Field(() => Int, { nullable: true, description: 'Leaves the inbox after so many hours.' })
  lifetimeHours!: number | null;
}

@ObjectType('ShowTrigger', { description: 'When a message comes up.' })
export class ShowTriggerType {
  @Field(() => ShowTriggerEnum, { description: 'What brings it up.' })
  kind!: string;

  @Field(() => String, { nullable: true, description: 'Name of the event; null for the start of a session.' })
  event!: string | null;
}

@ObjectType('InAppContent', { description: 'A message that apps and sites show.' })
export class InAppContentType extends ShownContentType {
  @Field(() => InAppStyleEnum, { description: 'How it is shown.' })
  style!: string;

  @Field(() => String, { nullable: true, description: 'The whole message when the style is HTML.' })
  html!: string | null;

  @Field(() => String, { nullable: true, description: 'Picture behind everything.' })
  backgroundImageUrl!: string | null;

  @Field(() => String, { nullable: true, description: 'Behind everything, as #rrggbb.' })
  backgroundColour!: string | null;

  @Field(() => OrientationEnum, { nullable: true, description: 'Which way round; RESPONSIVE when null.' })
  orientation!: string | null;

  @Field(() => BannerPositionEnum, { nullable: true, description: 'Where a BANNER is; TOP when null.' })
  position!: string | null;

  @Field(() => String, { nullable: true, description: 'Of INLINE: the name of its place in the app or on the site.' })
  placement!: string | null;

  @Field({ description: 'Whether it can be closed without choosing anything.' })
  hasCloseButton!: boolean;

  @Field(() => Int, { nullable: true, description: 'Closes by itself after so many seconds.' })
  closesAfterSeconds!: number | null;

  @Field(() => [MessageButtonType], { description: 'Buttons.' })
  buttons!: MessageButtonType[];

  @Field(() => ShowTriggerType, { description: 'When it comes up.' })
  trigger!: ShowTriggerType;

  @Field(() => Int, { description: 'How often it comes up.' })
  displayLimit!: number;

  @Field(() => Int, { nullable: true, description: 'At least so many minutes between two times.' })
  pauseMinutes!: number | null;

  @Field(() => Int, { nullable: true, description: 'Not shown any more after so many hours.' })
  lifetimeHours!: number | null;
}
