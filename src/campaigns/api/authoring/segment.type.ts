import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { IsOptional, IsString, IsUUID } from 'class-validator';
import type { CampaignSegment } from '../../domain/campaign-segment';

@InputType({ description: 'Whom a campaign is narrowed to: one of both.' })
export class CampaignSegmentInput {
  @Field(() => ID, { nullable: true, description: 'A saved segment. A launch freezes its rules.' })
  @IsOptional()
  @IsUUID()
  segmentId?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Rules of this campaign alone, as JSON of at most 262,144 characters; docs/segments.md has the format.',
  })
  @IsOptional()
  @IsString()
  rules?: string | null;
}

@ObjectType('CampaignSegment', { description: 'Whom a campaign is narrowed to.' })
export class CampaignSegmentType {
  @Field(() => ID, { nullable: true, description: 'The saved segment; null: the campaign has rules of its own.' })
  segmentId!: string | null;

  @Field(() => String, { nullable: true, description: 'The rules of this campaign alone, as JSON.' })
  rules!: string | null;
}

/** The segment of a campaign as GraphQL shows it. */
export function toSegmentType(segment: CampaignSegment | null): CampaignSegmentType | null {
  if (!segment) return null;
  if ('segmentId' in segment) return { segmentId: segment.segmentId, rules: null };
  return { segmentId: null, rules: JSON.stringify(segment.rules) };
}
