import { ConnectionType, PageArgs } from '@libs/platform';
import { ArgsType, Field, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsIn, IsInt, IsOptional, Length } from 'class-validator';
import { metrics, type PostState, postStates } from '../domain/metric';

const MetricEnum = Object.fromEntries(metrics.map((metric) => [metric, metric]));
registerEnumType(MetricEnum, { name: 'Metric', description: 'What is reported to Optimove.' });

const PostStateEnum = Object.fromEntries(postStates.map((state) => [state, state]));
registerEnumType(PostStateEnum, {
  name: 'PostState',
  description: 'Whether Optimove knows a value. EXPIRED: it came more than seven days after the last send.',
});

@ObjectType('PostbackRow', {
  description: 'One metric of a template of a campaign on a channel, in distinct customers.',
})
export class PostbackRowType {
  @Field(() => ID, { description: 'Our id.' })
  id!: string;

  @Field({ description: 'Campaign id in Optimove.' })
  optimoveCampaignId!: string;

  @Field(() => Int, { description: 'Channel id in Optimove.' })
  optimoveChannelId!: number;

  @Field({ description: 'Template id in Optimove.' })
  optimoveTemplateId!: string;

  @Field(() => MetricEnum, { description: 'What is counted.' })
  metric!: string;

  @Field(() => Int, { description: 'The value as our ledger has it.' })
  owedValue!: number;

  @Field(() => Int, { description: 'The value that Optimove acknowledged last.' })
  acknowledgedValue!: number;

  @Field(() => Int, { description: 'Added by posts without an answer: it may have counted and is not posted again.' })
  uncertainValue!: number;

  @Field(() => PostStateEnum, { description: 'Whether Optimove knows the value.' })
  state!: string;

  @Field(() => String, { nullable: true, description: 'Why the last post failed.' })
  lastError!: string | null;

  @Field(() => Date, { nullable: true, description: 'When Optimove last acknowledged a value.' })
  acknowledgedAt!: Date | null;
}

@ObjectType('PostbackRowConnection', { description: 'A page of metrics, newest first.' })
export class PostbackRowConnection extends ConnectionType(PostbackRowType) {}

/** Which metrics to list. */
@ArgsType()
export class PostbackRowsArgs extends PageArgs {
  @Field(() => [PostStateEnum], { nullable: true, description: 'Only in these states, such as REFUSED and UNCERTAIN.' })
  @IsOptional()
  @IsIn(postStates, { each: true })
  states?: PostState[] | null;

  @Field(() => String, { nullable: true, description: 'Only of this campaign in Optimove.' })
  @IsOptional()
  @Length(1, 200)
  optimoveCampaignId?: string | null;

  @Field(() => Int, { nullable: true, description: 'Only of this channel in Optimove.' })
  @IsOptional()
  @IsInt()
  optimoveChannelId?: number | null;
}

@ObjectType('PostbackSummary', { description: 'How the postbacks of a connection stand.' })
export class PostbackSummaryType {
  @Field(() => Int, { description: 'Values that Optimove does not know yet.' })
  owed!: number;

  @Field(() => Int, { description: 'Values that Optimove knows.' })
  acknowledged!: number;

  @Field(() => Int, { description: 'Values that Optimove refused for good.' })
  refused!: number;

  @Field(() => Int, { description: 'Added values of which it cannot be known whether they counted.' })
  uncertain!: number;

  @Field(() => Int, { description: 'Values that came more than seven days after the last send.' })
  expired!: number;

  @Field(() => Date, { nullable: true, description: 'When Optimove last acknowledged a value.' })
  lastAcknowledgedAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'What went wrong last, until it works again.' })
  lastError!: string | null;
}
