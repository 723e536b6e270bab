import { PageArgs } from '@libs/platform';
import { ArgsType, Field, ID, InputType, Int } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { type CampaignType, campaignTypes } from '../../domain/campaign-type';
import { type CampaignStatus, campaignStatuses } from '../../domain/content/campaign-status';
import { CampaignStatusEnum, CampaignTypeEnum } from './campaign.type';
import { CampaignContentInput } from './content.inputs';
import { CampaignSegmentInput } from './segment.type';
import { OptionalTextField } from './text-fields';

const noOuterSpace = /^\S(.*\S)?$/;
const nameRule = { message: 'The name must be one line that neither begins nor ends with a space' };

/** Which campaigns to list. */
@ArgsType()
export class CampaignsArgs extends PageArgs {
  @Field(() => CampaignStatusEnum, {
    nullable: true,
    description: 'Only of this status; absent: all but archived ones.',
  })
  @IsOptional()
  @IsIn(campaignStatuses)
  status?: CampaignStatus | null;

  @Field(() => String, { nullable: true, description: 'Only those with this in their name, in capitals or not.' })
  @IsOptional()
  @Length(1, 100)
  search?: string | null;
}

@InputType({ description: 'A campaign to write. It starts as a draft.' })
export class CreateCampaignInput {
  @Field(() => CampaignTypeEnum, { defaultValue: 'OPTIMOVE', description: 'What it is to be; it stays so.' })
  @IsIn(campaignTypes)
  type: CampaignType = 'OPTIMOVE';

  @Field(() => ID, {
    nullable: true,
    description:
      'The Optimove channel under which its template will appear. Absent: the only one there is, else it can be chosen later.',
  })
  @IsOptional()
  @IsUUID()
  channelId?: string | null;

  @Field({ description: 'Name, unique in the project.' })
  @Length(1, 100)
  @Matches(noOuterSpace, nameRule)
  name!: string;

  @Field(() => CampaignContentInput, { nullable: true, description: 'What to send; it can be written later.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => CampaignContentInput)
  content?: CampaignContentInput | null;

  @Field(() => CampaignSegmentInput, {
    nullable: true,
    description: 'Whom to narrow it to; absent: nobody is left out.',
  })
  @IsOptional()
  @ValidateNested()
  @Type(() => CampaignSegmentInput)
  segment?: CampaignSegmentInput | null;
}

@InputType({ isAbstract: true })
abstract class CampaignIdInput {
  @Field(() => ID, { description: 'Its id.' })
  @IsUUID()
  id!: string;
}

@InputType({ description: 'Which campaign to take out of Optimove.' })
export class WithdrawCampaignInput extends CampaignIdInput {}

@InputType({ description: 'Which campaign to put back.' })
export class ResumeCampaignInput extends CampaignIdInput {}

@InputType({ description: 'Which campaign to put away.' })
export class ArchiveCampaignInput extends CampaignIdInput {}

@InputType({ description: 'Which campaign to launch, as you read it.' })
export class LaunchCampaignInput extends CampaignIdInput {
  @Field(() => Int, { description: 'The version you read.' })
  @IsInt()
  version!: number;
}

@InputType({ description: 'What to change of a campaign; what is absent stays.' })
export class UpdateCampaignInput extends LaunchCampaignInput {
  @Field(() => ID, { nullable: true, description: 'Another Optimove channel; not while it is published.' })
  @IsOptional()
  @IsUUID()
  channelId?: string;

  @Field(() => CampaignContentInput, { nullable: true, description: 'Media to replace, or null to take away.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => CampaignContentInput)
  content?: CampaignContentInput;

  @Field(() => CampaignSegmentInput, { nullable: true, description: 'Whom to narrow it to, or null for everybody.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => CampaignSegmentInput)
  segment?: CampaignSegmentInput | null;
}

@InputType({ description: 'A new name for a campaign.' })
export class RenameCampaignInput extends LaunchCampaignInput {
  @Field({ description: 'Name, unique in the project.' })
  @Length(1, 100)
  @Matches(noOuterSpace, nameRule)
  name!: string;
}

@InputType({ description: 'Which campaign to copy.' })
export class CopyCampaignInput extends CampaignIdInput {
  @Field(() => String, { nullable: true, description: 'Name of the copy; absent: "Copy of" and its name.' })
  @IsOptional()
  @Length(1, 100)
  @Matches(noOuterSpace, nameRule)
  name?: string | null;
}

@InputType({ description: 'A sample value for a placeholder.' })
export class SampleValueInput {
  @Field({ description: 'As written in the content, such as FIRST_NAME or user.first_name.' })
  @IsString()
  @Length(1, 200)
  name!: string;

  @Field({ description: 'The value.' })
  @IsString()
  @MaxLength(10_000)
  value!: string;
}

@InputType({ description: 'What to preview.' })
export class PreviewCampaignInput extends CampaignIdInput {
  @Field(() => [SampleValueInput], { defaultValue: [], description: 'Sample values, at most 200.' })
  @ArrayMaxSize(200)
  @ValidateNested({ each: true })
  @Type(() => SampleValueInput)
  values: SampleValueInput[] = [];

  @Field(() => ID, {
    nullable: true,
    description:
      'Profile whose stored values, language and variant count where none are given; null: somebody made up.',
  })
  @IsOptional()
  @IsUUID()
  profileId?: string | null;

  @OptionalTextField('Language of the person; the profile’s or the content’s own when null.', 40)
  language?: string | null;

  @OptionalTextField('Variant to show; that of the profile, or the first, when null.', 100)
  variant?: string | null;
}
