import { ConnectionType } from '@libs/platform';
import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { directStatuses } from '../../domain/direct/direct-status';
import type { DirectCampaign } from '../../persistence/direct/direct-campaign.repository';
import { CampaignUserError } from '../authoring/campaign.type';
import { CampaignContentType } from '../authoring/content.type';
import { enumOf } from '../authoring/enum-of';
import { CampaignSegmentType } from '../authoring/segment.type';
import { InMonthEnum } from './direct-schedule.inputs';

/** The statuses of a Direct campaign as GraphQL names them. */
export const DirectStatusEnum = enumOf(directStatuses);
registerEnumType(DirectStatusEnum, {
  name: 'DirectCampaignStatus',
  description: 'Where a Direct campaign is in its life. SCHEDULED: it goes out at nextAt. FINISHED: no time is left.',
});

@ObjectType('DirectSchedule', { description: 'When a Direct campaign goes out. Without at and time: once launched.' })
export class DirectScheduleType {
  @Field({ description: 'NOW, AT or REPEATING.' })
  kind!: string;

  @Field(() => String, { nullable: true, description: 'Of AT: the local time.' })
  at!: string | null;

  @Field(() => [Int], { nullable: true, description: 'Of REPEATING: days of the week, 1 is Monday.' })
  weekdays!: number[] | null;

  @Field(() => String, { nullable: true, description: 'Of REPEATING: the local time.' })
  time!: string | null;

  @Field(() => String, { nullable: true, description: 'Of REPEATING: the last day; null: it never ends.' })
  until!: string | null;

  @Field(() => String, { nullable: true, description: 'Of REPEATING: the first day; null: that of the launch.' })
  from!: string | null;

  @Field(() => Int, { nullable: true, description: 'Of REPEATING: only in each n-th week; null: in every one.' })
  everyWeeks!: number | null;

  @Field(() => InMonthEnum, {
    nullable: true,
    description: 'Of REPEATING: only on the first or last of the weekdays in a month; null: on all of them.',
  })
  inMonth!: string | null;

  @Field(() => Int, { nullable: true, description: 'Of REPEATING: only in each n-th month; null: in every one.' })
  everyMonths!: number | null;

  @Field(() => String, { nullable: true, description: 'The time zone of the local times.' })
  timeZone!: string | null;

  @Field({ description: 'Whether everybody gets it in their own time zone; timeZone is then that of who has none.' })
  inOwnTimeZone!: boolean;
}

@ObjectType('DirectCampaign', { description: 'A campaign that is sent from here to a segment, without Optimove.' })
export class DirectCampaignType {
  @Field(() => ID, { description: 'Its id.' })
  id!: string;

  @Field({ description: 'Name, unique among Direct campaigns of the project.' })
  name!: string;

  @Field(() => DirectStatusEnum, { description: 'Where it is in its life.' })
  status!: string;

  @Field(() => Int, { description: 'Pass it when you change the campaign; a change in between is refused.' })
  version!: number;

  @Field(() => CampaignContentType, { description: 'The content as edited; what goes out was frozen by the launch.' })
  content!: CampaignContentType;

  @Field(() => CampaignSegmentType, { nullable: true, description: 'Whom it is sent to; null: everybody.' })
  segment!: CampaignSegmentType | null;

  @Field(() => DirectScheduleType, { description: 'When, as edited; what is scheduled was frozen by the launch.' })
  schedule!: DirectScheduleType;

  @Field(() => Date, {
    nullable: true,
    description: 'When it goes out next, in own time zones to the first of them; null: never as it stands.',
  })
  nextAt!: Date | null;

  @Field({ description: 'Whether it was edited since the last launch.' })
  hasUnlaunchedChanges!: boolean;

  @Field({ description: 'When it was created.' })
  createdAt!: Date;

  @Field({ description: 'When it was last changed.' })
  updatedAt!: Date;

  /** What findings are resolved from; not part of the schema. */
  source!: DirectCampaign;
}

@ObjectType('DirectCampaignConnection', { description: 'A page of Direct campaigns, newest first.' })
export class DirectCampaignConnection extends ConnectionType(DirectCampaignType) {}

@ObjectType('DirectCampaignPayload', { isAbstract: true })
abstract class DirectCampaignPayload {
  @Field(() => DirectCampaignType, { nullable: true, description: 'The campaign as it is now; null when refused.' })
  campaign!: DirectCampaignType | null;

  @Field(() => [CampaignUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: CampaignUserError[];
}

@ObjectType('CreateDirectCampaignPayload', { description: 'Outcome of creating a Direct campaign.' })
export class CreateDirectCampaignPayload extends DirectCampaignPayload {}

@ObjectType('UpdateDirectCampaignPayload', { description: 'Outcome of editing a Direct campaign.' })
export class UpdateDirectCampaignPayload extends DirectCampaignPayload {}

@ObjectType('LaunchDirectCampaignPayload', { description: 'Outcome of a launch.' })
export class LaunchDirectCampaignPayload extends DirectCampaignPayload {}

@ObjectType('PauseDirectCampaignPayload', { description: 'Outcome of holding a Direct campaign back.' })
export class PauseDirectCampaignPayload extends DirectCampaignPayload {}

@ObjectType('ResumeDirectCampaignPayload', { description: 'Outcome of letting a Direct campaign go on.' })
export class ResumeDirectCampaignPayload extends DirectCampaignPayload {}

@ObjectType('CopyDirectCampaignPayload', { description: 'Outcome of copying a Direct campaign: the copy.' })
export class CopyDirectCampaignPayload extends DirectCampaignPayload {}

@ObjectType('ArchiveDirectCampaignPayload', { description: 'Outcome of putting a Direct campaign away.' })
export class ArchiveDirectCampaignPayload extends DirectCampaignPayload {}
