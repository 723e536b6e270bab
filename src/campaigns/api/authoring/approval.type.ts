import { ConnectionType, PageArgs } from '@libs/platform';
import { ArgsType, Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsIn, IsInt, IsOptional, IsString, IsUUID, Length, MaxLength } from 'class-validator';
import { type ApprovalState, approvalKinds, approvalStates } from '../../domain/approval';
import { CampaignUserError } from './campaign.type';
import { enumOf } from './enum-of';

const ApprovalStateEnum = enumOf(approvalStates);
registerEnumType(ApprovalStateEnum, {
  name: 'ApprovalState',
  description:
    'Where a request is. SUPERSEDED: the campaign was edited, submitted again or put away before anybody decided.',
});

const ApprovalKindEnum = enumOf(approvalKinds);
registerEnumType(ApprovalKindEnum, {
  name: 'ApprovalKind',
  description: 'Whether it is a Campaign or a DirectCampaign.',
});

@ObjectType('Approval', { description: 'A request to launch a campaign. The launch grants it.' })
export class ApprovalType {
  @Field(() => ID, { description: 'Its id.' })
  id!: string;

  @Field(() => ApprovalKindEnum, { description: 'What is to be launched, and so with which mutation.' })
  kind!: string;

  @Field(() => ID, { description: 'The campaign.' })
  campaignId!: string;

  @Field({ description: 'Its name.' })
  campaignName!: string;

  @Field(() => Int, { description: 'Its version as of now.' })
  campaignVersion!: number;

  @Field(() => ApprovalStateEnum, { description: 'Where the request is.' })
  state!: string;

  @Field(() => String, { nullable: true, description: 'What the author says to the approver.' })
  note!: string | null;

  @Field({ description: 'Who asked.' })
  requestedBy!: string;

  @Field({ description: 'When.' })
  requestedAt!: Date;

  @Field(() => String, { nullable: true, description: 'What the approver says to the author.' })
  decisionNote!: string | null;

  @Field(() => String, { nullable: true, description: 'Who launched it or gave it back.' })
  decidedBy!: string | null;

  @Field(() => Date, { nullable: true, description: 'When it was no longer pending.' })
  decidedAt!: Date | null;
}

@ObjectType('ApprovalConnection', { description: 'A page of requests, newest first.' })
export class ApprovalConnection extends ConnectionType(ApprovalType) {}

/** Which requests to list. */
@ArgsType()
export class ApprovalsArgs extends PageArgs {
  @Field(() => ApprovalStateEnum, { nullable: true, description: 'Only of this state; absent: all.' })
  @IsOptional()
  @IsIn(approvalStates)
  state?: ApprovalState | null;
}

@InputType({ description: 'Which campaign to have launched, as you read it.' })
export class SubmitCampaignInput {
  @Field(() => ID, { description: 'A Campaign or a DirectCampaign.' })
  @IsUUID()
  id!: string;

  @Field(() => Int, { description: 'The version you read.' })
  @IsInt()
  version!: number;

  @Field(() => String, { nullable: true, description: 'What the approver should know.' })
  @IsOptional()
  @IsString()
  @MaxLength(1_000)
  note?: string | null;
}

@InputType({ description: 'Which request to give back.' })
export class ReturnCampaignInput {
  @Field(() => ID, { description: 'The request.' })
  @IsUUID()
  approvalId!: string;

  @Field({ description: 'What to change.' })
  @Length(1, 1_000)
  note!: string;
}

@ObjectType('ApprovalPayload', { isAbstract: true })
abstract class ApprovalPayload {
  @Field(() => ApprovalType, { nullable: true, description: 'The request as it is now; null when refused.' })
  approval!: ApprovalType | null;

  @Field(() => [CampaignUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: CampaignUserError[];
}

@ObjectType('SubmitCampaignPayload', { description: 'Outcome of asking for a launch.' })
export class SubmitCampaignPayload extends ApprovalPayload {}

@ObjectType('ReturnCampaignPayload', { description: 'Outcome of giving a request back.' })
export class ReturnCampaignPayload extends ApprovalPayload {}
