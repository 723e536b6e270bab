import { ConnectionType, UserError } from '@libs/platform';
import { Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { campaignErrorCodes } from '../../authoring/campaign-problem';
import { campaignTypes } from '../../domain/campaign-type';
import { campaignStatuses } from '../../domain/content/campaign-status';
import type { CampaignEntity } from '../../persistence/authoring/campaign.entity';
import { CampaignContentType } from './content.type';
import { enumOf } from './enum-of';
import { CampaignSegmentType } from './segment.type';

/** The statuses of a campaign as GraphQL names them. */
export const CampaignStatusEnum = enumOf(campaignStatuses);
registerEnumType(CampaignStatusEnum, {
  name: 'CampaignStatus',
  description:
    'Where a campaign is in its life. PUBLISHED: launched; its publication says whether Optimove has it yet.',
});

/** The types of campaigns as GraphQL names them. */
export const CampaignTypeEnum = enumOf(campaignTypes);
registerEnumType(CampaignTypeEnum, {
  name: 'CampaignType',
  description:
    'What is built for Optimove. OPTIMOVE: any media of its channel. IN_APP: one message inside apps and on sites, at its trigger.',
});

/** Kinds of problems of campaigns as GraphQL names them. */
export const CampaignErrorCodeEnum = enumOf(campaignErrorCodes);
registerEnumType(CampaignErrorCodeEnum, {
  name: 'CampaignErrorCode',
  description: 'Why a change of a campaign was refused.',
});

@ObjectType('Campaign', { description: 'Content for one Optimove channel; once launched, a template in Optimove.' })
export class CampaignType {
  @Field(() => ID, { description: 'Our id.' })
  id!: string;

  @Field({ description: 'Name, unique in the project; the name of the template in Optimove.' })
  name!: string;

  @Field(() => CampaignTypeEnum, { description: 'What it is; chosen when it is created.' })
  type!: string;

  @Field(() => CampaignStatusEnum, { description: 'Where it is in its life.' })
  status!: string;

  @Field(() => Int, { description: 'Pass it when you change the campaign; a change in between is refused.' })
  version!: number;

  @Field(() => ID, { nullable: true, description: 'The connection of its channel.' })
  connectionId!: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The Optimove channel under which its template appears; null until one is chosen.',
  })
  channelId!: string | null;

  @Field(() => CampaignContentType, { description: 'The content as edited; what is live was frozen by the launch.' })
  content!: CampaignContentType;

  @Field(() => CampaignSegmentType, {
    nullable: true,
    description: 'Whom it is narrowed to; null: nobody is left out.',
  })
  segment!: CampaignSegmentType | null;

  @Field({ description: 'Whether the content was edited since the last launch.' })
  hasUnlaunchedChanges!: boolean;

  @Field({ description: 'When it was created.' })
  createdAt!: Date;

  @Field({ description: 'When it was last changed.' })
  updatedAt!: Date;

  /** What the review is made of; not part of the schema. */
  row!: CampaignEntity;
}

@ObjectType('CampaignConnection', { description: 'A page of campaigns, newest first.' })
export class CampaignConnection extends ConnectionType(CampaignType) {}

@ObjectType('CampaignUserError', {
  implements: () => UserError,
  description: 'Why a change of a campaign was refused, at a field of the input or of the content.',
})
export class CampaignUserError extends UserError {
  @Field(() => CampaignErrorCodeEnum, { description: 'The kind of problem.' })
  code!: string;
}

@ObjectType('CampaignPayload', { isAbstract: true })
abstract class CampaignPayload {
  @Field(() => CampaignType, { nullable: true, description: 'The campaign as it is now; null when refused.' })
  campaign!: CampaignType | null;

  @Field(() => [CampaignUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: CampaignUserError[];
}

@ObjectType('CreateCampaignPayload', { description: 'Outcome of creating a campaign.' })
export class CreateCampaignPayload extends CampaignPayload {}

@ObjectType('UpdateCampaignPayload', { description: 'Outcome of editing a campaign.' })
export class UpdateCampaignPayload extends CampaignPayload {}

@ObjectType('LaunchCampaignPayload', {
  description: 'Outcome of a launch. The campaign’s publication says whether Optimove has the template.',
})
export class LaunchCampaignPayload extends CampaignPayload {}

@ObjectType('RenameCampaignPayload', { description: 'Outcome of renaming a campaign.' })
export class RenameCampaignPayload extends CampaignPayload {}

@ObjectType('WithdrawCampaignPayload', { description: 'Outcome of taking a campaign out of Optimove.' })
export class WithdrawCampaignPayload extends CampaignPayload {}

@ObjectType('ResumeCampaignPayload', { description: 'Outcome of putting a withdrawn campaign back.' })
export class ResumeCampaignPayload extends CampaignPayload {}

@ObjectType('CopyCampaignPayload', { description: 'Outcome of copying a campaign: the copy.' })
export class CopyCampaignPayload extends CampaignPayload {}

@ObjectType('ArchiveCampaignPayload', { description: 'Outcome of archiving a campaign.' })
export class ArchiveCampaignPayload extends CampaignPayload {}
