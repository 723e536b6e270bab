import { ConnectionType, UserError } from '@libs/platform';
import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { Category } from '../../domain/limits/category';
import { limitErrorCodes } from '../../limits/manage-categories';
import { enumOf } from '../authoring/enum-of';
import { CampaignSegmentType, toSegmentType } from '../authoring/segment.type';

const LimitErrorCodeEnum = enumOf(limitErrorCodes);
registerEnumType(LimitErrorCodeEnum, {
  name: 'LimitErrorCode',
  description: 'Why a change of an engagement category or of the sending rules was refused.',
});

@ObjectType('EngagementCategory', {
  description:
    'Rules that campaigns share. A change holds at once, for campaigns that are live too. Limits count one message per campaign and person, over whatever media it goes, from the moment it is let out.',
})
export class EngagementCategoryType {
  @Field(() => ID, { description: 'Our id.' })
  id!: string;

  @Field({ description: 'Name, unique in the project.' })
  name!: string;

  @Field(() => CampaignSegmentType, { nullable: true, description: 'Whom it is for; null: everybody.' })
  segment!: CampaignSegmentType | null;

  @Field({ description: 'Whether people get its messages without a subscription; for service messages alone.' })
  ignoresSubscription!: boolean;

  @Field({ description: 'Whether its messages go out in quiet hours.' })
  ignoresQuietHours!: boolean;

  @Field(() => Int, { nullable: true, description: 'Messages for one person within 24 hours; null: no limit.' })
  perDay!: number | null;

  @Field(() => Int, { nullable: true, description: 'Messages for one person within 7 days; null: no limit.' })
  perWeek!: number | null;

  @Field(() => Int, { nullable: true, description: 'Messages for one person within 30 days; null: no limit.' })
  perMonth!: number | null;

  @Field(() => Int, { nullable: true, description: 'Minutes between two messages for one person; null: none.' })
  coolDownMinutes!: number | null;

  @Field(() => Int, { description: 'Pass it when you change the category; a change in between is refused.' })
  version!: number;

  @Field({ description: 'When it was made.' })
  createdAt!: Date;

  @Field({ description: 'When it was changed last.' })
  updatedAt!: Date;
}

@ObjectType('EngagementCategoryConnection', { description: 'A page of engagement categories, by name.' })
export class EngagementCategoryConnection extends ConnectionType(EngagementCategoryType) {}

@ObjectType('LimitUserError', {
  implements: () => UserError,
  description: 'Why a change of an engagement category or of the sending rules was refused.',
})
export class LimitUserError extends UserError {
  @Field(() => LimitErrorCodeEnum, { description: 'Kind of problem.' })
  code!: string;
}

@ObjectType('EngagementCategoryPayload', { description: 'The engagement category, or why the change was refused.' })
export class EngagementCategoryPayload {
  @Field(() => EngagementCategoryType, {
    nullable: true,
    description: 'As it is now, or was when it is archived; null on errors.',
  })
  category!: EngagementCategoryType | null;

  @Field(() => [LimitUserError], { description: 'Problems; when there are any nothing was changed.' })
  userErrors!: LimitUserError[];
}

/** A category as GraphQL shows it. */
export function toCategoryType({ segment, ...category }: Category): EngagementCategoryType {
  return { ...category, segment: toSegmentType(segment) };
}
