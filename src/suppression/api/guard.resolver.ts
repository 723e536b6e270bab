import { isUuid, newId } from '@libs/foundation';
import { Transactions, validateInput } from '@libs/platform';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { FindProofs } from '../guard/find-proofs';
import { Guard } from '../guard/guard';
import { ManageOverrides } from '../guard/manage-overrides';
import { ManageRules, type RuleOutcome } from '../guard/manage-rules';
import { AttributeRepository } from '../persistence/attribute.repository';
import { type ExclusionRule, ExclusionRuleRepository } from '../persistence/exclusion-rule.repository';
import { FeedRepository } from '../persistence/feed.repository';
import type { GuardDecision } from '../persistence/guard-decision.repository';
import { GuardOverrideRepository } from '../persistence/guard-override.repository';
import {
  CreateExclusionRuleInput,
  ExclusionRulePayload,
  ExclusionRuleType,
  GuardDecisionType,
  GuardOverridePayload,
  GuardOverrideType,
  GuardStandingType,
  OverrideExclusionRuleInput,
  RemoveExclusionRuleInput,
  RevokeGuardOverrideInput,
  SetOptimoveGuardInput,
  SetOptimoveGuardPayload,
  UpdateExclusionRuleInput,
} from './guard.type';
import type { GuardUserError } from './sync.type';

const mostProofs = 200;

/** Exclusion rules, overrides and the proof of what they led to. */
@Resolver(() => ExclusionRuleType)
export class GuardResolver {
  constructor(
    private readonly transactions: Transactions,
    private readonly guard: Guard,
    private readonly manageRules: ManageRules,
    private readonly manageOverrides: ManageOverrides,
    private readonly rules: ExclusionRuleRepository,
    private readonly overrides: GuardOverrideRepository,
    private readonly proofs: FindProofs,
    private readonly feeds: FeedRepository,
    private readonly attributes: AttributeRepository,
  ) {}

  @Allow('suppression.view')
  @Query(() => [ExclusionRuleType], { description: 'Exclusion rules of a connection, at most one per attribute.' })
  async exclusionRules(
    @CurrentActor() { projectId }: Actor,
    @Args('connectionId', { type: () => ID, description: 'The connection.' }) connectionId: string,
  ): Promise<ExclusionRuleType[]> {
    const rules = isUuid(connectionId) ? await this.rules.list(this.transactions.pool, projectId, connectionId) : [];
    return rules.map(toType);
  }

  @Allow('suppression.view')
  @Query(() => [GuardOverrideType], { description: 'Overrides of the rules of a connection, the newest 100.' })
  async guardOverrides(
    @CurrentActor() { projectId }: Actor,
    @Args('connectionId', { type: () => ID, description: 'The connection.' }) connectionId: string,
  ): Promise<GuardOverrideType[]> {
    const pool = this.transactions.pool;
    const rules = isUuid(connectionId) ? await this.rules.list(pool, projectId, connectionId) : [];
    const ids = rules.map(({ id }) => id);
    return this.overrides.ofRules(pool, projectId, ids);
  }

  @Allow('suppression.view')
  @Query(() => GuardStandingType, { description: 'What Direct campaigns rely on, and whether they are held now.' })
  guardStanding(@CurrentActor() { projectId }: Actor): Promise<GuardStandingType> {
    return this.guard.standing(this.transactions.pool, projectId, { kind: 'DIRECT', executionId: newId() });
  }

  @Allow('suppression.view')
  @Query(() => [GuardDecisionType], {
    description:
      'Proof of what was known of a person and decided, up to an instant, newest first, at most 200. All of it: GET /suppression/proof.csv',
  })
  async suppressionProof(
    @CurrentActor() { projectId }: Actor,
    @Args('userId', { description: 'User ID of the person.' }) userId: string,
    @Args('at', { description: 'Up to when.' }) at: Date,
  ): Promise<GuardDecisionType[]> {
    const wanted = { projectId, userId, from: null, until: at, limit: mostProofs };
    return (await this.proofs.of(wanted)).map(toProof);
  }

  @Allow('suppression.manage')
  @Mutation(() => ExclusionRulePayload, {
    description: 'Adds an exclusion rule; it counts from the next hand-over on.',
  })
  createExclusionRule(
    @CurrentActor() actor: Actor,
    @Args('input') input: CreateExclusionRuleInput,
  ): Promise<ExclusionRulePayload> {
    const { suppressionAttributeId: attributeId, ...rule } = input;
    return checked(CreateExclusionRuleInput, input, () => this.manageRules.create(actor, { attributeId, ...rule }));
  }

  @Allow('suppression.manage')
  @Mutation(() => ExclusionRulePayload, { description: 'Changes an exclusion rule, from the next hand-over on.' })
  updateExclusionRule(
    @CurrentActor() actor: Actor,
    @Args('input') input: UpdateExclusionRuleInput,
  ): Promise<ExclusionRulePayload> {
    return checked(UpdateExclusionRuleInput, input, () => this.manageRules.update(actor, input));
  }

  @Allow('suppression.manage')
  @Mutation(() => ExclusionRulePayload, {
    description: 'Removes an exclusion rule; nobody is excluded by it any more.',
  })
  async removeExclusionRule(
    @CurrentActor() actor: Actor,
    @Args('input') input: RemoveExclusionRuleInput,
  ): Promise<ExclusionRulePayload> {
    return toPayload(await this.manageRules.remove(actor, input));
  }

  @Allow('suppression.manage')
  @Mutation(() => SetOptimoveGuardPayload, {
    description:
      "Chooses whether a connection's rules count for Optimove's executions; Direct campaigns always obey. That they count no more needs suppression.override.",
  })
  async setOptimoveGuard(
    @CurrentActor() actor: Actor,
    @Args('input') input: SetOptimoveGuardInput,
  ): Promise<SetOptimoveGuardPayload> {
    const userErrors = await this.manageRules.setGuard(actor, input);
    const pool = this.transactions.pool;
    const feed = userErrors.length === 0 ? await this.feeds.find(pool, actor.projectId, input.connectionId) : null;
    const attributes = feed ? await this.attributes.ofConnection(pool, actor.projectId, input.connectionId) : [];
    return { feed: feed && { ...feed, attributes }, userErrors };
  }

  @Allow('suppression.override')
  @Mutation(() => GuardOverridePayload, {
    description:
      'Lets messages rely on data that a rule finds too old, until an instant. Values that exclude still do.',
  })
  async overrideExclusionRule(
    @CurrentActor() actor: Actor,
    @Args('input') input: OverrideExclusionRuleInput,
  ): Promise<GuardOverridePayload> {
    const problems = await validateInput(OverrideExclusionRuleInput, input);
    if (problems.length > 0) return { override: null, userErrors: problems.map(invalid) };
    const { override, problems: userErrors } = await this.manageOverrides.grant(actor, input);
    return { override, userErrors };
  }

  @Allow('suppression.override')
  @Mutation(() => GuardOverridePayload, { description: 'Takes an override back, from the next hand-over on.' })
  async revokeGuardOverride(
    @CurrentActor() actor: Actor,
    @Args('input') { id }: RevokeGuardOverrideInput,
  ): Promise<GuardOverridePayload> {
    const { override, problems: userErrors } = await this.manageOverrides.revoke(actor, id);
    return { override, userErrors };
  }
}

const invalid = (problem: { path: string[]; message: string }): GuardUserError => ({ ...problem, code: 'INVALID' });

async function checked<T extends object>(
  type: new () => T,
  input: T,
  work: () => Promise<RuleOutcome>,
): Promise<ExclusionRulePayload> {
  const problems = await validateInput(type, input);
  return problems.length > 0 ? { rule: null, userErrors: problems.map(invalid) } : toPayload(await work());
}

function toPayload({ rule, problems }: RuleOutcome): ExclusionRulePayload {
  return { rule: rule && toType(rule), userErrors: problems };
}

function toType({ attributeId, excludingValues, ...rule }: ExclusionRule): ExclusionRuleType {
  const texts = excludingValues.map((value) => (Array.isArray(value) ? value.join(';') : String(value)));
  return { ...rule, suppressionAttributeId: attributeId, excludingValues: texts };
}

function toProof({ value, ownValue, ...decision }: GuardDecision): GuardDecisionType {
  return { ...decision, value: jsonOf(value), ownValue: jsonOf(ownValue) };
}

function jsonOf(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}
