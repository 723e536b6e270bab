import { Field, InputType, Int } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsBoolean,
  IsInt,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { MessageButtonInput, TapInput } from './onsite-content.inputs';
import { OptionalTextField, short, TextField } from './text-fields';

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
  @TextField('Title.')
  title: string = '';

  @TextField('Text.', 10_000)
  body: string = '';

  @OptionalTextField('Opened when the message is tapped.')
  url?: string | null;

  @OptionalTextField('Picture beside the text.')
  imageUrl?: string | null;

  @OptionalTextField('HTML that a tap with onClick PAGE shows; it counts to the size.', 10_000)
  page?: string | null;

  @Field(() => [PushDataEntryInput], { nullable: true, description: 'Extra values for the app.' })
  @IsOptional()
  @ArrayMaxSize(20)
  @ValidateNested({ each: true })
  @Type(() => PushDataEntryInput)
  data?: PushDataEntryInput[] | null;

  @OptionalTextField('A line under the title; iOS only.')
  subtitle?: string | null;

  @OptionalTextField('Small picture; shown by the app.')
  iconUrl?: string | null;

  @OptionalTextField('`default` or the name of a sound in the app; silent when null.')
  sound?: string | null;

  @Field(() => Int, { nullable: true, description: 'The number on the app’s icon; iOS only, 0 takes it away.' })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(99_999)
  badge?: number | null;

  @OptionalTextField('Notification category that the app registered; iOS only.')
  category?: string | null;

  @OptionalTextField('Notifications with the same one lie together on the phone; iOS only.')
  threadId?: string | null;

  @OptionalTextField('Notification channel of the app; Android only.')
  androidChannelId?: string | null;

  @OptionalTextField('A device that was away gets only the newest message with the same key.')
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

  @OptionalTextField('Title that a phone shows until its app has opened the encrypted message; no placeholders.')
  coverTitle?: string | null;

  @OptionalTextField('Text that a phone shows until then; an encrypted message needs one.')
  coverBody?: string | null;

  @Field(() => [MessageButtonInput], { nullable: true, description: 'At most three; shown by the app.' })
  @IsOptional()
  @ArrayMaxSize(10)
  @ValidateNested({ each: true })
  @Type(() => MessageButtonInput)
  buttons?: MessageButtonInput[] | null;
}
