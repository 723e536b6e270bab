import { PageArgs } from '@libs/platform';
import { ArgsType, Field, ID, InputType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsOptional, IsTimeZone, Length, MaxLength, ValidateNested } from 'class-validator';
import type { Subscription } from '../domain/subscription';
import { SubscriptionEnum } from './profile.type';

/** Which profile; one of the two. */
@ArgsType()
export class ProfileArgs {
  @Field(() => String, { nullable: true, description: 'Its user ID.' })
  userId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'Its id here, as recipients and traces name it; anonymous ones too.',
  })
  id?: string | null;
}

/** Which profiles to list. */
@ArgsType()
export class ProfilesArgs extends PageArgs {
  @Field(() => String, {
    nullable: true,
    description: 'Only people whose user ID begins with this, or whose e-mail address or mobile number it is.',
  })
  @IsOptional()
  @Length(1, 320)
  search?: string | null;
}

@InputType({ description: 'A stored value.' })
export class ProfileAttributeInput {
  @Field({ description: 'Name of the attribute.' })
  @Length(1, 100)
  name!: string;

  @Field({ description: 'Its value as text.' })
  @MaxLength(1_000)
  value!: string;
}

@InputType({ description: 'A profile to make or change; what is absent stays, null clears.' })
export class UpsertProfileInput {
  @Field({ description: 'Id of the person; case matters.' })
  @Length(1, 255)
  userId!: string;

  @Field(() => String, { nullable: true, description: 'E-mail address.' })
  @IsOptional()
  @Length(3, 320)
  email?: string | null;

  @Field(() => String, { nullable: true, description: 'Mobile number: digits with country code, no + and no 00.' })
  @IsOptional()
  @Length(7, 15)
  mobileNumber?: string | null;

  @Field(() => SubscriptionEnum, {
    nullable: true,
    description:
      'Whether the person wants e-mail; null is the same as NOT_SET. A no that the person said themselves stays.',
  })
  emailSubscription?: Subscription | null;

  @Field(() => SubscriptionEnum, {
    nullable: true,
    description:
      'Whether the person wants SMS; null is the same as NOT_SET. A no that the person said themselves stays.',
  })
  smsSubscription?: Subscription | null;

  @Field(() => String, { nullable: true, description: 'Language.' })
  @IsOptional()
  @Length(1, 35)
  language?: string | null;

  @Field(() => String, { nullable: true, description: 'IANA time zone.' })
  @IsOptional()
  @IsTimeZone()
  timezone?: string | null;

  @Field(() => String, { nullable: true, description: 'Country.' })
  @IsOptional()
  @Length(1, 100)
  country?: string | null;

  @Field(() => [ProfileAttributeInput], { nullable: true, description: 'Attributes to set; others stay.' })
  @IsOptional()
  @ArrayMaxSize(200)
  @ValidateNested({ each: true })
  @Type(() => ProfileAttributeInput)
  attributes?: ProfileAttributeInput[] | null;
}
