import { ConnectionType, UserError } from '@libs/platform';
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { testStates } from '../test-send/test-outcome';
import { SampleValueInput } from './authoring/campaign.inputs';
import { CampaignErrorCodeEnum } from './authoring/campaign.type';
import { ContentMediumEnum } from './authoring/content-medium.enum';
import { enumOf } from './authoring/enum-of';

const TestStateEnum = enumOf(testStates);
registerEnumType(TestStateEnum, {
  name: 'TestDeliveryState',
  description:
    'What a test message came to. NOT_SENT: nothing was handed over. UNCERTAIN: handed over, and the answer is missing.',
});

const mostProfiles = 20;

@InputType({ description: 'Which campaign to send to whom, before it is launched.' })
export class SendTestInput {
  @Field(() => ID, { description: 'The campaign.' })
  @IsUUID()
  campaignId!: string;

  @Field(() => Int, { nullable: true, description: 'A launched version; the draft when null.' })
  @IsOptional()
  @IsInt()
  @Min(1)
  versionNumber?: number | null;

  @Field(() => [ID], { description: 'Ids of profiles, at most 20. Whoever may not be sent to gets no test either.' })
  @ArrayMinSize(1)
  @ArrayMaxSize(mostProfiles)
  @ArrayUnique()
  @IsUUID(undefined, { each: true })
  profileIds!: string[];

  @Field(() => [SampleValueInput], {
    defaultValue: [],
    description: 'Values in the place of Optimove’s, at most 200. Stored attributes are those of each profile.',
  })
  @ArrayMaxSize(200)
  @ValidateNested({ each: true })
  @Type(() => SampleValueInput)
  values: SampleValueInput[] = [];

  @Field(() => String, { nullable: true, description: 'Variant to send; null: the one that each profile would get.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  variant?: string | null;

  @Field(() => String, {
    defaultValue: '[TEST] ',
    description: 'Put before the subject, the title, or else the text; empty: sent as the players would see it.',
  })
  @IsString()
  @MaxLength(20)
  @Matches(/^[^\r\n]*$/, { message: 'The prefix must be one line' })
  prefix = '[TEST] ';
}

@ObjectType('TestDelivery', { description: 'A message of a test to one address of one profile.' })
export class TestDeliveryType {
  @Field(() => ID, { description: 'The profile.' })
  profileId!: string;

  @Field(() => ContentMediumEnum, { description: 'The medium.' })
  medium!: string;

  @Field(() => TestStateEnum, { description: 'What it came to.' })
  state!: string;

  @Field(() => String, { nullable: true, description: 'Why it was not accepted, beginning with a code.' })
  reason!: string | null;

  @Field(() => String, { nullable: true, description: 'What the provider reported later; null so far.' })
  receiptStatus!: string | null;

  @Field({ description: 'Always true: no total, limit or report counts it.' })
  isTest!: boolean;
}

@ObjectType('TestSend', { description: 'A campaign sent to chosen profiles. It counts nowhere; kept for 90 days.' })
export class TestSendType {
  @Field(() => ID, { description: 'Our id.' })
  id!: string;

  @Field(() => ID, { description: 'The campaign.' })
  campaignId!: string;

  @Field(() => Int, { nullable: true, description: 'The version that was sent; null: the draft of that time.' })
  versionNumber!: number | null;

  @Field({ description: 'What was put before subject, title or text.' })
  prefix!: string;

  @Field({ description: 'Who sent it.' })
  sentBy!: string;

  @Field({ description: 'When.' })
  createdAt!: Date;

  @Field(() => [TestDeliveryType], { description: 'Its messages, at least one per profile and medium.' })
  deliveries!: TestDeliveryType[];
}

@ObjectType()
export class TestSendConnection extends ConnectionType(TestSendType) {}

@ObjectType('TestSendUserError', { description: 'Why no test was sent.' })
export class TestSendUserError extends UserError {
  @Field(() => CampaignErrorCodeEnum, { description: 'Kind of problem.' })
  code!: string;
}

@ObjectType('SendTestPayload', { description: 'The test, or why none was sent.' })
export class SendTestPayload {
  @Field(() => TestSendType, { nullable: true, description: 'The test; null on errors.' })
  testSend!: TestSendType | null;

  @Field(() => [TestSendUserError], { description: 'Problems; when there are any nothing was sent.' })
  userErrors!: TestSendUserError[];
}
