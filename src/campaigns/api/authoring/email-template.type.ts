import { ConnectionType, PageArgs, UserError } from '@libs/platform';
import { ArgsType, Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsBoolean, IsInt, IsOptional, IsString, IsUUID, Length, Matches, MaxLength } from 'class-validator';
import { emailTemplateErrorCodes } from '../../authoring/manage-email-templates';
import { messageLimits } from '../../domain/content/message-limits';
import { enumOf } from './enum-of';
import { OptionalTextField } from './text-fields';

const noOuterSpace = /^\S(.*\S)?$/;
const nameRule = { message: 'The name must be one line that neither begins nor ends with a space' };

const EmailTemplateErrorCodeEnum = enumOf(emailTemplateErrorCodes);
registerEnumType(EmailTemplateErrorCodeEnum, {
  name: 'EmailTemplateErrorCode',
  description: 'Why a change of an e-mail template was refused.',
});

const EmailTemplateUseKindEnum = enumOf(['CAMPAIGN', 'DIRECT_CAMPAIGN']);
registerEnumType(EmailTemplateUseKindEnum, {
  name: 'EmailTemplateUseKind',
  description: 'What began with an e-mail template.',
});

@ObjectType('EmailTemplateUse', {
  description: 'A campaign that is not archived and whose e-mail began with a template.',
})
export class EmailTemplateUseType {
  @Field(() => EmailTemplateUseKindEnum, { description: 'The kind of campaign.' })
  kind!: string;

  @Field(() => ID, { description: 'Its id.' })
  id!: string;

  @Field({ description: 'Its name.' })
  name!: string;

  @Field({ description: 'Whether the template still has the texts that the campaign took over.' })
  isCurrent!: boolean;
}

@ObjectType('EmailTemplate', {
  description: 'What e-mails of campaigns begin with: its texts are copied, so a change reaches no campaign by itself.',
})
export class EmailTemplateType {
  @Field(() => ID, { description: 'Our id.' })
  id!: string;

  @Field({ description: 'Name, unique among those that are not archived.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'Subject of e-mails that have none of their own.' })
  subject!: string | null;

  @Field(() => String, { nullable: true, description: 'Preheader of e-mails that have none of their own.' })
  preheader!: string | null;

  @Field({ description: 'Whether it was put away: no other e-mail can begin with it.' })
  isArchived!: boolean;

  @Field(() => Int, { description: 'Pass it when you change the template; a change in between is refused.' })
  version!: number;

  @Field({ description: 'When it was made.' })
  createdAt!: Date;

  @Field({ description: 'When it was changed last.' })
  updatedAt!: Date;
}

@ObjectType()
export class EmailTemplateConnection extends ConnectionType(EmailTemplateType) {}

/** Which e-mail templates to list. */
@ArgsType()
export class EmailTemplatesArgs extends PageArgs {
  @OptionalTextField('A part of the name, in any case.', 100)
  search?: string | null;

  @Field({ defaultValue: false, description: 'Also those that were put away.' })
  @IsBoolean()
  includeArchived: boolean = false;
}

@InputType({ description: 'An e-mail template to keep.' })
export class CreateEmailTemplateInput {
  @Field({ description: 'Name, unique among the templates that are not archived.' })
  @Length(1, 100)
  @Matches(noOuterSpace, nameRule)
  name!: string;

  @Field({
    description: 'HTML part; at most 64 KiB with placeholders, else 500 KB. `fetchEmailHtml` reads a web page.',
  })
  @IsString()
  @MaxLength(600_000)
  html!: string;

  @Field(() => String, { nullable: true, description: 'Subject of e-mails that have none; may hold placeholders.' })
  @IsOptional()
  @IsString()
  @MaxLength(messageLimits.subjectLength)
  subject?: string | null;

  @Field(() => String, { nullable: true, description: 'Preheader of e-mails that have none; may hold placeholders.' })
  @IsOptional()
  @IsString()
  @MaxLength(messageLimits.preheaderLength)
  preheader?: string | null;
}

@InputType({ description: 'What an e-mail template is to be from now on; what is absent is empty.' })
export class UpdateEmailTemplateInput extends CreateEmailTemplateInput {
  @Field(() => ID, { description: 'Its id.' })
  @IsUUID()
  id!: string;

  @Field(() => Int, { description: 'The version you read.' })
  @IsInt()
  version!: number;
}

@InputType({ description: 'Which e-mail template to copy.' })
export class CopyEmailTemplateInput {
  @Field(() => ID, { description: 'Its id; it may be archived.' })
  @IsUUID()
  id!: string;

  @Field(() => String, { nullable: true, description: 'Name of the copy; absent: "Copy of" and its name.' })
  @IsOptional()
  @Length(1, 100)
  @Matches(noOuterSpace, nameRule)
  name?: string | null;
}

@InputType({ description: 'Which e-mail template to put away, as you read it.' })
export class ArchiveEmailTemplateInput {
  @Field(() => ID, { description: 'Its id.' })
  @IsUUID()
  id!: string;

  @Field(() => Int, { description: 'The version you read.' })
  @IsInt()
  version!: number;
}

@ObjectType('EmailTemplateUserError', { description: 'Why a change of an e-mail template was refused.' })
export class EmailTemplateUserError extends UserError {
  @Field(() => EmailTemplateErrorCodeEnum, { description: 'Kind of problem.' })
  code!: string;
}

@ObjectType('EmailTemplatePayload', { description: 'The e-mail template, or why the change was refused.' })
export class EmailTemplatePayload {
  @Field(() => EmailTemplateType, { nullable: true, description: 'As it is now; null on errors.' })
  template!: EmailTemplateType | null;

  @Field(() => [EmailTemplateUserError], { description: 'Problems; when there are any nothing was changed.' })
  userErrors!: EmailTemplateUserError[];
}
