import { PageArgs } from '@libs/platform';
import { ArgsType, Field, ID, InputType, Int } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsUUID, Length, Matches, ValidateNested } from 'class-validator';
import { type DirectStatus, directStatuses } from '../../domain/direct/direct-status';
import { CampaignContentInput } from '../authoring/content.inputs';
import { CampaignSegmentInput } from '../authoring/segment.type';
import { DirectStatusEnum } from './direct-campaign.type';
import { DirectScheduleInput } from './direct-schedule.inputs';

const noOuterSpace = /^\S(.*\S)?$/;
const nameRule = { message: 'The name must be one line that neither begins nor ends with a space' };

/** Which Direct campaigns to list. */
@ArgsType()
export class DirectCampaignsArgs extends PageArgs {
  @Field(() => DirectStatusEnum, { nullable: true, description: 'Only of this status; absent: all but archived ones.' })
  @IsOptional()
  @IsIn(directStatuses)
  status?: DirectStatus | null;

  @Field(() => String, { nullable: true, description: 'Only those with this in their name, in capitals or not.' })
  @IsOptional()
  @Length(1, 100)
  search?: string | null;
}

@InputType({ description: 'A Direct campaign to write. It starts as a draft.' })
export class CreateDirectCampaignInput {
  @Field({ description: 'Name, unique among Direct campaigns of the project.' })
  @Length(1, 100)
  @Matches(noOuterSpace, nameRule)
  name!: string;

  @Field(() => CampaignContentInput, { nullable: true, description: 'What to send; it can be written later.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => CampaignContentInput)
  content?: CampaignContentInput | null;

  @Field(() => CampaignSegmentInput, { nullable: true, description: 'Whom to send to; absent: everybody.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => CampaignSegmentInput)
  segment?: CampaignSegmentInput | null;

  @Field(() => DirectScheduleInput, { nullable: true, description: 'When; absent: as soon as it is launched.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => DirectScheduleInput)
  schedule?: DirectScheduleInput | null;
}

@InputType({ isAbstract: true })
abstract class DirectCampaignIdInput {
  @Field(() => ID, { description: 'Its id.' })
  @IsUUID()
  id!: string;
}

@InputType({ description: 'Which Direct campaign to hold back.' })
export class PauseDirectCampaignInput extends DirectCampaignIdInput {}

@InputType({ description: 'Which Direct campaign goes on.' })
export class ResumeDirectCampaignInput extends DirectCampaignIdInput {}

@InputType({ description: 'Which Direct campaign to copy.' })
export class CopyDirectCampaignInput extends DirectCampaignIdInput {
  @Field(() => String, { nullable: true, description: 'Name of the copy; absent: "Copy of" and its name.' })
  @IsOptional()
  @Length(1, 100)
  @Matches(noOuterSpace, nameRule)
  name?: string | null;
}

@InputType({ description: 'Which Direct campaign to put away.' })
export class ArchiveDirectCampaignInput extends DirectCampaignIdInput {}

@InputType({ description: 'Which Direct campaign to launch, as you read it.' })
export class LaunchDirectCampaignInput extends DirectCampaignIdInput {
  @Field(() => Int, { description: 'The version you read.' })
  @IsInt()
  version!: number;
}

@InputType({ description: 'What to change of a Direct campaign; what is absent stays.' })
export class UpdateDirectCampaignInput extends LaunchDirectCampaignInput {
  @Field({ nullable: true, description: 'Another name.' })
  @IsOptional()
  @Length(1, 100)
  @Matches(noOuterSpace, nameRule)
  name?: string;

  @Field(() => CampaignContentInput, { nullable: true, description: 'Media to replace, or null to take away.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => CampaignContentInput)
  content?: CampaignContentInput;

  @Field(() => CampaignSegmentInput, { nullable: true, description: 'Whom to send to, or null for everybody.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => CampaignSegmentInput)
  segment?: CampaignSegmentInput | null;

  @Field(() => DirectScheduleInput, { nullable: true, description: 'When.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => DirectScheduleInput)
  schedule?: DirectScheduleInput;
}
