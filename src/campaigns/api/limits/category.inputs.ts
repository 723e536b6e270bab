import { Field, ID, InputType, Int } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import { IsBoolean, IsInt, IsOptional, IsUUID, Length, Matches, Max, Min, ValidateNested } from 'class-validator';
import { categoryBounds } from '../../domain/limits/category';
import { CampaignSegmentInput } from '../authoring/segment.type';

@InputType({ description: 'An engagement category to write.' })
export class CreateEngagementCategoryInput {
  @Field({ description: 'Name, unique in the project.' })
  @Length(1, 100)
  @Matches(/^\S(.*\S)?$/, { message: 'The name must be one line that neither begins nor ends with a space' })
  name!: string;

  @Field(() => CampaignSegmentInput, { nullable: true, description: 'Whom it is for; null: everybody.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => CampaignSegmentInput)
  segment?: CampaignSegmentInput | null;

  @Field({
    defaultValue: false,
    description: 'Whether people get its messages without a subscription; for service messages alone.',
  })
  @IsBoolean()
  ignoresSubscription: boolean = false;

  @Field({ defaultValue: false, description: 'Whether its messages go out in quiet hours.' })
  @IsBoolean()
  ignoresQuietHours: boolean = false;

  @Field(() => Int, {
    nullable: true,
    description: 'Messages for one person within 24 hours, 1 to 100; null: no limit.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(categoryBounds.perDay)
  perDay?: number | null;

  @Field(() => Int, { nullable: true, description: 'Messages for one person within 7 days, 1 to 300; null: no limit.' })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(categoryBounds.perWeek)
  perWeek?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Messages for one person within 30 days, 1 to 1,000; null: no limit.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(categoryBounds.perMonth)
  perMonth?: number | null;

  @Field(() => Int, { nullable: true, description: 'Minutes between two messages for one person, at most 30 days.' })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(categoryBounds.coolDownMinutes)
  coolDownMinutes?: number | null;
}

@InputType({ description: 'An engagement category as it is to be: what is absent is as for a new one.' })
export class UpdateEngagementCategoryInput extends CreateEngagementCategoryInput {
  @Field(() => ID, { description: 'Its id.' })
  @IsUUID()
  id!: string;

  @Field(() => Int, { description: 'The version you read.' })
  @IsInt()
  version!: number;
}

@InputType({ description: 'Which engagement category to put away, as you read it.' })
export class ArchiveEngagementCategoryInput {
  @Field(() => ID, { description: 'Its id.' })
  @IsUUID()
  id!: string;

  @Field(() => Int, { description: 'The version you read.' })
  @IsInt()
  version!: number;
}
