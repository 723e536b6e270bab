import { Field, ID, InputType } from '@nestjs/graphql';
import { IsBoolean, IsIn, IsOptional, IsUUID } from 'class-validator';
import { type EmailContent } from '../../domain/content/campaign-content';
import { pushGroups } from '../../domain/content/targeting';
import { PushGroupEnum } from './targeting.type';
import { OptionalTextField, TextField } from './text-fields';

const long = 600_000;

@InputType({ description: 'An e-mail. Its texts may hold placeholders, its addresses not.' })
export class EmailContentInput {
  @TextField('Sender address.')
  fromAddress: string = '';

  @TextField('Sender name.')
  fromName: string = '';

  @OptionalTextField('Where answers go; the sender when null.')
  replyTo?: string | null;

  @OptionalTextField('Name beside the address for answers; may hold placeholders.')
  replyToName?: string | null;

  @Field(() => Boolean, {
    defaultValue: true,
    description: 'Whether mail programs may unsubscribe with one click (RFC 8058); large mailbox providers ask for it.',
  })
  @IsBoolean()
  hasUnsubscribeHeader: boolean = true;

  @TextField('Subject.')
  subject: string = '';

  @TextField('HTML part; values are escaped in it. At most 64 KiB with placeholders, else 500 KB.', long)
  html: string = '';

  @OptionalTextField('Plain part; derived from the HTML part when null.', long)
  text?: string | null;

  @OptionalTextField('What inboxes show behind the subject.')
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
