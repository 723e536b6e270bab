import { ConnectionType, PageArgs, UserError } from '@libs/platform';
import { ArgsType, Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsBoolean,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { DeviceTargetingInput } from '../api/device-targeting.inputs';
import { segmentErrorCodes } from './segment-outcome';

const SegmentErrorCodeEnum = Object.fromEntries(segmentErrorCodes.map((word) => [word, word]));
registerEnumType(SegmentErrorCodeEnum, { name: 'SegmentErrorCode', description: 'Why a change was refused.' });

const SegmentStatusEnum = { ACTIVE: 'ACTIVE', ARCHIVED: 'ARCHIVED' };
registerEnumType(SegmentStatusEnum, { name: 'SegmentStatus', description: 'Whether a segment is in use or put away.' });

const noOuterSpace = /^\S(.*\S)?$/;
const nameRule = { message: 'The name must be one line that neither begins nor ends with a space' };

@ObjectType('Segment', { description: 'People that rules describe, saved under a name.' })
export class SegmentType {
  @Field(() => ID, { description: 'Our id.' })
  id!: string;

  @Field({ description: 'Name, unique among the active segments of the project.' })
  name!: string;

  @Field({ description: 'The rules as JSON; docs/segments.md has the format.' })
  rules!: string;

  @Field(() => SegmentStatusEnum, { description: 'Whether it is in use.' })
  status!: string;

  @Field(() => Int, { description: 'Send it back with a change; two changes at once are detected.' })
  version!: number;

  @Field({ description: 'Since when.' })
  createdAt!: Date;

  @Field({ description: 'When it last changed.' })
  updatedAt!: Date;
}

@ObjectType('SegmentConnection', { description: 'A page of segments, newest first.' })
export class SegmentConnection extends ConnectionType(SegmentType) {}

/** Which segments to list. */
@ArgsType()
export class SegmentsArgs extends PageArgs {
  @Field(() => String, { nullable: true, description: 'A part of the name, in any case.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  search?: string | null;

  @Field({ defaultValue: false, description: 'Also those that were put away.' })
  @IsBoolean()
  includeArchived: boolean = false;
}

@InputType({ isAbstract: true })
abstract class SegmentNameInput {
  @Field({ description: 'Name, unique among the active segments of the project.' })
  @Length(1, 100)
  @Matches(noOuterSpace, nameRule)
  name!: string;
}

@InputType({ description: 'A segment to save.' })
export class CreateSegmentInput extends SegmentNameInput {
  @Field({ description: 'The rules as JSON, at most 262,144 characters; docs/segments.md has the format.' })
  @IsString()
  rules!: string;
}

@InputType({ description: 'A segment to copy.' })
export class CopySegmentInput extends SegmentNameInput {
  @Field(() => ID, { description: 'The id of the original.' })
  @IsUUID()
  id!: string;
}

@InputType({ description: 'Which segment to put away, as you read it.' })
export class ArchiveSegmentInput {
  @Field(() => ID, { description: 'Its id.' })
  @IsUUID()
  id!: string;

  @Field(() => Int, { description: 'The version you read.' })
  @IsInt()
  version!: number;
}

@InputType({ description: 'What to change of a segment; what is absent stays.' })
export class UpdateSegmentInput extends ArchiveSegmentInput {
  @Field(() => String, { nullable: true, description: 'A new name.' })
  @IsOptional()
  @Length(1, 100)
  @Matches(noOuterSpace, nameRule)
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'New rules as JSON.' })
  @IsOptional()
  @IsString()
  rules?: string | null;
}

@InputType({ description: 'Whose recipients to count: those of a segment or of rules, one of the two.' })
export class CalculateRecipientsInput {
  @Field(() => ID, { nullable: true, description: 'A saved segment.' })
  @IsOptional()
  @IsUUID()
  segmentId?: string | null;

  @Field(() => String, { nullable: true, description: 'Rules as JSON.' })
  @IsOptional()
  @IsString()
  rules?: string | null;

  @Field(() => [ID], {
    nullable: true,
    description: 'Apps and sites whose devices count, for push and inside; at most 100. Null or empty: all.',
  })
  @IsOptional()
  @ArrayMaxSize(100)
  @IsUUID(undefined, { each: true })
  appIds?: string[] | null;

  @Field(() => DeviceTargetingInput, {
    nullable: true,
    description: 'Phones and browsers that count, for push; null: all.',
  })
  @IsOptional()
  @ValidateNested()
  @Type(() => DeviceTargetingInput)
  targeting?: DeviceTargetingInput | null;
}

@ObjectType('SegmentUserError', { implements: () => UserError, description: 'Why a change was refused.' })
export class SegmentUserError extends UserError {
  @Field(() => SegmentErrorCodeEnum, { description: 'The kind of problem.' })
  code!: string;
}

@ObjectType('SegmentPayload', { description: 'Outcome of a change of a segment.' })
export class SegmentPayload {
  @Field(() => SegmentType, { nullable: true, description: 'The segment as it is now; null when refused.' })
  segment!: SegmentType | null;

  @Field(() => [SegmentUserError], {
    description: 'What to mend; empty when it was done. At rules, the second part of the path points into the tree.',
  })
  userErrors!: SegmentUserError[];
}

@ObjectType('RecipientCount', {
  description: 'How many people rules apply to, and how many of them each medium reaches: addressable and subscribed.',
})
export class RecipientCountType {
  @Field(() => ID, { description: 'Our id.' })
  id!: string;

  @Field(() => ID, { description: 'The task that shows its progress.' })
  taskId!: string;

  @Field(() => ID, { nullable: true, description: 'The saved segment, if one was counted.' })
  segmentId!: string | null;

  @Field({ description: 'The instant for which windows of time were taken.' })
  asOf!: Date;

  @Field(() => Date, { nullable: true, description: 'When it ended; until then the sums are of those counted so far.' })
  finishedAt!: Date | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Why it could not be made; the sums are then of some people only. Null while it goes on and when it was made.',
  })
  problem!: string | null;

  @Field(() => Int, { description: 'People in the segment.' })
  people!: number;

  @Field(() => Int, { description: 'Of them reachable by mobile push.' })
  mobilePush!: number;

  @Field(() => Int, { description: 'Of them reachable by web push.' })
  webPush!: number;

  @Field(() => Int, { description: 'Of them reachable by e-mail.' })
  email!: number;

  @Field(() => Int, { description: 'Of them reachable by SMS.' })
  sms!: number;

  @Field(() => Int, { description: 'Of them reachable inside an app or on a site: by inbox and in-app messages.' })
  inside!: number;
}

@ObjectType('CalculateRecipientsPayload', { description: 'Outcome of asking for a count.' })
export class CalculateRecipientsPayload {
  @Field(() => RecipientCountType, { nullable: true, description: 'The count that has begun; null when refused.' })
  count!: RecipientCountType | null;

  @Field(() => [SegmentUserError], { description: 'What to mend; empty when it has begun.' })
  userErrors!: SegmentUserError[];
}
