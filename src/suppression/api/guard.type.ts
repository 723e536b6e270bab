import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { ArrayMaxSize, ArrayMinSize, Length, Max, Min } from 'class-validator';
import { type UnknownMeaning, usualMaximumAgeHours } from '../domain/guard';
import { BasisEnum, FreshnessEnum, OutcomeEnum, UnknownMeaningEnum } from './enums';
import { GuardUserError, SuppressionFeedType } from './sync.type';

@ObjectType('GuardOverride', { description: 'Leave to rely on data that a rule finds too old, for a while.' })
export class GuardOverrideType {
  @Field(() => ID, { description: 'Our id.' })
  id!: string;

  @Field(() => ID, { description: 'The rule.' })
  ruleId!: string;

  @Field({ description: 'Why.' })
  reason!: string;

  @Field({ description: 'Who granted it.' })
  grantedBy!: string;

  @Field({ description: 'Since when.' })
  grantedAt!: Date;

  @Field({ description: 'Until when.' })
  expiresAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When it was taken back.' })
  revokedAt!: Date | null;
}

@ObjectType('ExclusionRule', { description: 'Which values of an attribute exclude a person from messages.' })
export class ExclusionRuleType {
  @Field(() => ID, { description: 'Our id.' })
  id!: string;

  @Field(() => ID, { description: 'The suppression attribute.' })
  suppressionAttributeId!: string;

  @Field(() => [String], { description: 'Values that exclude, as texts.' })
  excludingValues!: string[];

  @Field(() => UnknownMeaningEnum, { description: 'What no value means.' })
  whenUnknown!: string;

  @Field(() => Int, { description: 'Hours after the beginning of the data date; older data hold messages.' })
  maximumAgeHours!: number;

  @Field(() => Int, { description: 'Send it back with a change; two changes at once are detected.' })
  version!: number;

  @Field({ description: 'Since when.' })
  createdAt!: Date;
}

@ObjectType('RuleInForce', { description: 'An exclusion rule that Direct campaigns rely on, as it stands now.' })
export class RuleInForceType {
  @Field(() => ID, { description: 'Id of the rule.' })
  id!: string;

  @Field({ description: 'Name of the attribute.' })
  attribute!: string;

  @Field(() => String, { nullable: true, description: 'Day of its data, YYYY-MM-DD.' })
  dataDate!: string | null;

  @Field(() => FreshnessEnum, { description: 'How far its data can be relied on.' })
  freshness!: string;

  @Field(() => ID, { nullable: true, description: 'The override in force.' })
  overrideId!: string | null;
}

@ObjectType('GuardStanding', { description: 'What Direct campaigns of the project rely on.' })
export class GuardStandingType {
  @Field(() => [RuleInForceType], { description: 'Rules in force; without any, a Direct campaign relies on nothing.' })
  rules!: RuleInForceType[];

  @Field(() => String, { nullable: true, description: 'Why Direct campaigns are held now; null when they go on.' })
  holdReason!: string | null;

  @Field(() => [String], { description: 'Whom Direct campaigns leave out though they are not held, and what to do.' })
  warnings!: string[];
}

@ObjectType('GuardDecision', { description: 'Proof of one decision: what was known of a person, and what it led to.' })
export class GuardDecisionType {
  @Field({ description: 'When.' })
  decidedAt!: Date;

  @Field(() => ID, { description: 'The profile.' })
  profileId!: string;

  @Field(() => String, { nullable: true, description: 'Its user ID then.' })
  userId!: string | null;

  @Field({ description: 'DIRECT or OPTIMOVE.' })
  origin!: string;

  @Field(() => ID, { description: 'The execution that wanted to send.' })
  executionId!: string;

  @Field(() => String, { nullable: true, description: 'Medium of the list; null means every medium.' })
  medium!: string | null;

  @Field(() => BasisEnum, { description: 'On what it rests.' })
  basis!: string;

  @Field(() => ID, { description: 'The rule or the list entry.' })
  basisId!: string;

  @Field(() => String, { nullable: true, description: 'Name of the attribute.' })
  attribute!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The value that was known, or the listed user ID, address or number, as JSON; null: none.',
  })
  value!: string | null;

  @Field(() => String, { nullable: true, description: 'Day of the data that told this value.' })
  valueDate!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The profile's own value, as JSON; it may exclude, never clear.",
  })
  ownValue!: string | null;

  @Field(() => FreshnessEnum, { nullable: true, description: 'How far the value could be relied on.' })
  freshness!: string | null;

  @Field(() => String, { nullable: true, description: "Day of the attribute's data, YYYY-MM-DD." })
  dataDate!: string | null;

  @Field(() => ID, { nullable: true, description: 'The override in force.' })
  overrideId!: string | null;

  @Field(() => OutcomeEnum, { description: 'What was decided.' })
  outcome!: string;

  @Field(() => String, { nullable: true, description: 'Reason of the list entry.' })
  detail!: string | null;
}

@InputType({ description: 'An exclusion rule.' })
export class CreateExclusionRuleInput {
  @Field(() => ID, { description: 'The suppression attribute; one rule each.' })
  suppressionAttributeId!: string;

  @Field(() => [String], { description: "Values that exclude, as texts that fit the attribute's type." })
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @Length(1, 101, { each: true })
  excludingValues!: string[];

  @Field(() => UnknownMeaningEnum, {
    defaultValue: 'EXCLUDE',
    description: 'What no value means; EXCLUDE unless told.',
  })
  whenUnknown!: UnknownMeaning;

  @Field(() => Int, {
    defaultValue: usualMaximumAgeHours,
    description: 'Hours after the beginning of the data date; older data hold messages.',
  })
  @Min(1)
  @Max(8760)
  maximumAgeHours!: number;
}

@InputType({ description: 'The new content of an exclusion rule.' })
export class UpdateExclusionRuleInput {
  @Field(() => ID, { description: 'Its id.' })
  id!: string;

  @Field(() => Int, { description: 'The version that you read.' })
  version!: number;

  @Field(() => [String], { description: "Values that exclude, as texts that fit the attribute's type." })
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @Length(1, 101, { each: true })
  excludingValues!: string[];

  @Field(() => UnknownMeaningEnum, { description: 'What no value means.' })
  whenUnknown!: UnknownMeaning;

  @Field(() => Int, { description: 'Hours after the beginning of the data date; older data hold messages.' })
  @Min(1)
  @Max(8760)
  maximumAgeHours!: number;
}

@InputType({ description: 'Which rule to remove.' })
export class RemoveExclusionRuleInput {
  @Field(() => ID, { description: 'Its id.' })
  id!: string;

  @Field(() => Int, { description: 'The version that you read.' })
  version!: number;
}

@InputType({ description: 'Whether the rules of a connection count for its executions too.' })
export class SetOptimoveGuardInput {
  @Field(() => ID, { description: 'The connection.' })
  connectionId!: string;

  @Field({ description: "True applies the exclusion rules to Optimove's executions as well." })
  guardsOptimove!: boolean;

  @Field(() => Int, { description: 'Version of the suppressionFeed that you read.' })
  version!: number;
}

@InputType({ description: 'Leave to rely on data that a rule finds too old.' })
export class OverrideExclusionRuleInput {
  @Field(() => ID, { description: 'The rule.' })
  ruleId!: string;

  @Field({ description: 'Why, for those who ask later.' })
  @Length(10, 500)
  reason!: string;

  @Field({ description: 'Until when; within 7 days.' })
  expiresAt!: Date;
}

@InputType({ description: 'Which override to take back.' })
export class RevokeGuardOverrideInput {
  @Field(() => ID, { description: 'Its id.' })
  id!: string;
}

@ObjectType('ExclusionRulePayload', { description: 'Outcome of a change of a rule.' })
export class ExclusionRulePayload {
  @Field(() => ExclusionRuleType, { nullable: true, description: 'The rule; null when refused.' })
  rule!: ExclusionRuleType | null;

  @Field(() => [GuardUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: GuardUserError[];
}

@ObjectType('SetOptimoveGuardPayload', { description: 'Outcome of switching the guard of a connection.' })
export class SetOptimoveGuardPayload {
  @Field(() => SuppressionFeedType, { nullable: true, description: 'The feed; null when refused.' })
  feed!: SuppressionFeedType | null;

  @Field(() => [GuardUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: GuardUserError[];
}

@ObjectType('GuardOverridePayload', { description: 'Outcome of granting or revoking an override.' })
export class GuardOverridePayload {
  @Field(() => GuardOverrideType, { nullable: true, description: 'The override; null when refused.' })
  override!: GuardOverrideType | null;

  @Field(() => [GuardUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: GuardUserError[];
}
