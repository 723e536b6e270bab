import { Field, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { inAppStyles, inboxStyles, showTriggers } from '../../domain/content/onsite-content';
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
  description: 'How an app or a site shows a message. HTML: the author writes the whole of it.',
});

/** Triggers, as GraphQL names them. */
export const ShowTriggerEnum = enumOf(showTriggers);
registerEnumType(ShowTriggerEnum, {
  name: 'ShowTriggerKind',
  description:
    'What brings a message up: the start of a session, an event of the app, or an event that a server reports.',
});

@ObjectType('MessageButton', { description: 'A button of a message.' })
export class MessageButtonType {
  @Field({ description: 'What the app reports when it is pressed.' })
  id!: string;

  @Field({ description: 'What it says.' })
  label!: string;

  @Field(() => String, { nullable: true, description: 'Opened when it is pressed; it only closes when null.' })
  url!: string | null;
}

@ObjectType({ isAbstract: true })
abstract class ShownContentType {
  @Field({ description: 'Title.' })
  title!: string;

  @Field({ description: 'Text.' })
  body!: string;

  @Field(() => String, { nullable: true, description: 'Picture.' })
  imageUrl!: string | null;

  @Field(() => String, { nullable: true, description: 'Opened when the message is clicked.' })
  url!: string | null;
}

@ObjectType('WebPushContent', { description: 'A push message to browsers.' })
export class WebPushContentType extends ShownContentType {
  @Field(() => String, { nullable: true, description: 'Small picture beside the title.' })
  iconUrl!: string | null;

  @Field(() => [MessageButtonType], { description: 'Buttons.' })
  buttons!: MessageButtonType[];

  @Field({ description: 'Stays on the screen until somebody closes it.' })
  requireInteraction!: boolean;
}

@ObjectType('InboxContent', { description: 'A message for inboxes.' })
export class InboxContentType extends ShownContentType {
  @Field(() => InboxStyleEnum, { description: 'How it looks.' })
  style!: string;

  @Field(() => String, { nullable: true, description: 'Small picture beside the title.' })
  iconUrl!: string | null;

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

@ObjectType('OnsitePreview', { description: 'A message of a browser, inbox, app or site as one person would get it.' })
export class OnsitePreviewType extends ShownContentType {
  @Field(() => String, { nullable: true, description: 'Small picture beside the title.' })
  iconUrl!: string | null;

  @Field(() => String, { nullable: true, description: 'The whole message when the style is HTML.' })
  html!: string | null;

  @Field(() => [MessageButtonType], { description: 'Buttons.' })
  buttons!: MessageButtonType[];
}
