import { Field, ID, InputType } from '@nestjs/graphql';
import { IsBoolean, IsIn, IsOptional, IsString, IsUUID, MaxLength } from 'class-validator';
import { type EmailContent } from '../../domain/content/campaign-content';
import { pushGroups } from '../../domain/content/targeting';
import { PushGroupEnum } from './targeting.type';

const short = 2_000;
const long = 600_000;

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
