import { smsKeywords } from '@libs/delivery';
import { ConnectionType, PageArgs } from '@libs/platform';
import { ArgsType, Field, ID, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsBoolean, IsIn, IsOptional, Matches } from 'class-validator';
import { enumOf } from './enum-of';

const KeywordEnum = enumOf(smsKeywords);
registerEnumType(KeywordEnum, { name: 'SmsKeyword', description: 'What somebody asks for by text.' });

@ObjectType('InboundText', { description: 'A text that somebody sent to one of our numbers.' })
export class InboundTextType {
  @Field(() => ID, { description: 'Of this list alone.' })
  id!: string;

  @Field(() => ID, { description: 'The provider account that it came by.' })
  accountId!: string;

  @Field({ description: "The person's number." })
  from!: string;

  @Field({ description: 'The number or short code that it was sent to.' })
  to!: string;

  @Field({ description: 'What it says; empty when the person was erased.' })
  text!: string;

  @Field(() => KeywordEnum, { nullable: true, description: 'What it asks for; null when it asks for nothing we know.' })
  keyword!: string | null;

  @Field({ description: 'Whether nobody we know has the number. Only of STOP and START.' })
  isUnknown!: boolean;

  @Field(() => Date, { nullable: true, description: 'When it was done what it asks for; null while it waits.' })
  appliedAt!: Date | null;

  @Field({ description: 'When it came.' })
  receivedAt!: Date;
}

@ObjectType({ description: 'A page of texts that people sent.' })
export class InboundTextConnection extends ConnectionType(InboundTextType) {}

/** Which texts to list. */
@ArgsType()
export class InboundTextsArgs extends PageArgs {
  @Field(() => [KeywordEnum], { nullable: true, description: 'Only those that ask for one of these.' })
  @IsOptional()
  @IsIn([...smsKeywords], { each: true })
  keywords?: string[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'true: only those that ask for nothing we know; false: only keywords.',
  })
  @IsOptional()
  @IsBoolean()
  isOther?: boolean | null;

  @Field(() => String, { nullable: true, description: 'Only of this number: digits with country code.' })
  @IsOptional()
  @Matches(/^\d{3,20}$/, { message: 'from must be digits with the country code, without + and 00' })
  from?: string | null;
}
