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

const short = 2_000;

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
