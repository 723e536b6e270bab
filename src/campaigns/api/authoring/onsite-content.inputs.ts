import { Field, InputType, Int, IntersectionType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsBoolean, IsIn, IsInt, IsOptional, Max, Min, ValidateNested } from 'class-validator';
import { type ClickAction, clickActions } from '../../domain/content/click-action';
import {
  bannerPositions,
  type InAppContent,
  type InboxContent,
  inAppStyles,
  inboxStyles,
  orientations,
  showTriggers,
} from '../../domain/content/onsite-content';
import {
  BannerPositionEnum,
  ClickActionEnum,
  InAppStyleEnum,
  InboxStyleEnum,
  OrientationEnum,
  ShowTriggerEnum,
} from './onsite-content.type';
import { OptionalTextField, TextField } from './text-fields';

const long = 600_000;
/** A year. */
const longestHours = 8_760;
/** Thirty days. */
const longestPause = 43_200;

/** What a tap does beside opening an address. */
@InputType({ isAbstract: true })
export class TapInput {
  @Field(() => ClickActionEnum, {
    nullable: true,
    description: 'What a tap does; null: it opens the address if there is one.',
  })
  @IsOptional()
  @IsIn(clickActions)
  onClick?: ClickAction | null;

  @OptionalTextField('For IN_APP: the event for which in-app messages wait.')
  inAppEvent?: string | null;
}

@InputType({ description: 'A button; its label and address may hold placeholders.' })
export class MessageButtonInput extends TapInput {
  @TextField('What the app reports when it is pressed.', 100)
  id: string = '';

  @TextField('What it says.')
  label: string = '';

  @OptionalTextField('Opened when it is pressed; it only closes when null.')
  url?: string | null;
}

@InputType({ isAbstract: true })
class ShownTextsInput {
  @TextField('Title.')
  title: string = '';

  @TextField('Text.', 10_000)
  body: string = '';

  @OptionalTextField('Picture, https://….')
  imageUrl?: string | null;

  @OptionalTextField('Opened when the message is clicked.')
  url?: string | null;
}

@InputType({ isAbstract: true })
class ShownContentInput extends IntersectionType(ShownTextsInput, TapInput) {}

@InputType({ description: 'A push message to browsers. Its texts may hold placeholders.' })
export class WebPushContentInput extends ShownTextsInput {
  @OptionalTextField('Small picture beside the title, https://….')
  iconUrl?: string | null;

  @Field(() => [MessageButtonInput], { nullable: true, description: 'Buttons; browsers show at most two.' })
  @IsOptional()
  @ArrayMaxSize(10)
  @ValidateNested({ each: true })
  @Type(() => MessageButtonInput)
  buttons?: MessageButtonInput[] | null;

  @OptionalTextField(
    'A browser that was away gets only the newest message with the same key. Letters, digits, "_" and "-", at most 32.',
  )
  collapseKey?: string | null;

  @Field({ defaultValue: false, description: 'Stays on the screen until somebody closes it.' })
  @IsBoolean()
  requireInteraction: boolean = false;

  @Field(() => Int, {
    nullable: true,
    description: 'Hours after which it is given up when the browser was away, at most 672; 72 when null.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(672)
  ttlHours?: number | null;
}

@InputType({ description: 'A message for inboxes. Its texts may hold placeholders.' })
export class InboxContentInput extends ShownContentInput {
  @Field(() => InboxStyleEnum, { defaultValue: 'ALERT', description: 'How it looks.' })
  @IsIn(inboxStyles)
  style: InboxContent['style'] = 'ALERT';

  @OptionalTextField('Small picture beside the title, https://….')
  iconUrl?: string | null;

  @OptionalTextField('Behind the text of a CARD, as #rrggbb.')
  backgroundColour?: string | null;

  @OptionalTextField('Behind the title of a CARD, as #rrggbb.')
  titleBackgroundColour?: string | null;

  @Field(() => Int, { nullable: true, description: 'Leaves the inbox after so many hours; the account’s limit first.' })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(longestHours)
  lifetimeHours?: number | null;
}

@InputType({ description: 'When a message comes up.' })
export class ShowTriggerInput {
  @Field(() => ShowTriggerEnum, { description: 'What brings it up.' })
  @IsIn(showTriggers)
  kind!: InAppContent['trigger']['kind'];

  @OptionalTextField('Name of the event; null for the start of a session.', 100)
  event?: string | null;
}

@InputType({ description: 'A message that apps and sites show. Its texts may hold placeholders.' })
export class InAppContentInput extends ShownContentInput {
  @Field(() => InAppStyleEnum, { defaultValue: 'MODAL', description: 'How it is shown.' })
  @IsIn(inAppStyles)
  style: InAppContent['style'] = 'MODAL';

  @OptionalTextField('The whole message when the style is HTML; at most 256 KB.', long)
  html?: string | null;

  @OptionalTextField('Picture behind everything, https://…, without placeholders.')
  backgroundImageUrl?: string | null;

  @OptionalTextField('Behind everything, as #rrggbb.')
  backgroundColour?: string | null;

  @Field(() => OrientationEnum, { nullable: true, description: 'Which way round; RESPONSIVE when null.' })
  @IsOptional()
  @IsIn(orientations)
  orientation?: InAppContent['orientation'] | null;

  @Field(() => BannerPositionEnum, { nullable: true, description: 'Where a BANNER is; TOP when null.' })
  @IsOptional()
  @IsIn(bannerPositions)
  position?: InAppContent['position'] | null;

  @OptionalTextField('Of INLINE: the name of its place in the app or on the site.')
  placement?: string | null;

  @Field({ defaultValue: true, description: 'Whether it can be closed without choosing anything.' })
  @IsBoolean()
  hasCloseButton: boolean = true;

  @Field(() => Int, { nullable: true, description: 'Closes by itself after so many seconds, at most 3,600.' })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(3_600)
  closesAfterSeconds?: number | null;

  @Field(() => [MessageButtonInput], { nullable: true, description: 'At most four buttons.' })
  @IsOptional()
  @ArrayMaxSize(10)
  @ValidateNested({ each: true })
  @Type(() => MessageButtonInput)
  buttons?: MessageButtonInput[] | null;

  @Field(() => ShowTriggerInput, {
    nullable: true,
    description: 'When it comes up; at the start of a session if null.',
  })
  @IsOptional()
  @ValidateNested()
  @Type(() => ShowTriggerInput)
  trigger?: ShowTriggerInput | null;

  @Field(() => Int, { defaultValue: 1, description: 'How often it comes up.' })
  @IsInt()
  @Min(1)
  @Max(100)
  displayLimit: number = 1;

  @Field(() => Int, { nullable: true, description: 'At least so many minutes between two times.' })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(longestPause)
  pauseMinutes?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Not shown any more after so many hours; the account’s limit first.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(longestHours)
  lifetimeHours?: number | null;
}
