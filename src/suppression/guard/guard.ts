import type { Tx } from '@libs/platform';
import { type ContactRow, ProfilesService } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import type { Refusal } from '../domain/decision';
import { type GateOrigin, noRuleHere, type RuleInForce, staleBecause, warningOf } from '../domain/guard';
import { valueKeyOf } from '../domain/value-key';
import { ExclusionRuleRepository } from '../persistence/exclusion-rule.repository';
import { GuardDecisionRepository, type RuleDecision } from '../persistence/guard-decision.repository';

/** The exclusion rules that a campaign relies on, as they stand now. */
export interface GuardStanding {
  rules: RuleInForce[];
  /** Why a Direct campaign has to wait; null when it may go on. */
  holdReason: string | null;
  /** Whom it does not reach though it is not held. */
  warnings: string[];
}

/** Applies exclusion rules to people and writes the proof of every decision. */
@Injectable()
export class Guard {
  constructor(
    private readonly profiles: ProfilesService,
    private readonly rules: ExclusionRuleRepository,
    private readonly decisions: GuardDecisionRepository,
  ) {}

  /** The rules for an origin. */
  rulesFor(tx: Tx, projectId: string, origin: GateOrigin): Promise<RuleInForce[]> {
    return this.rules.inForce(tx, projectId, origin);
  }

  /** What stands against each person by these rules, by profile id; the proofs are written in `tx`. */
  async refusals(
    tx: Tx,
    rules: RuleInForce[],
    request: { projectId: string; origin: GateOrigin; people: Pick<ContactRow, 'profileId' | 'ownerId' | 'userId'>[] },
  ): Promise<Map<string, Refusal>> {
    const { projectId, origin, people } = request;
    if (rules.length === 0 || people.length === 0) return new Map();
    const profileIds = [...new Set(people.map(({ ownerId }) => ownerId))];
    const names = [...new Set(rules.map(({ attribute }) => attribute))];
    const own = await this.profiles.attributeValues(tx, projectId, { profileIds, names });
    const decisions = await this.decisions.decide(tx, {
      projectId,
      origin,
      people: people.map(({ profileId, ownerId, userId }) => ({
        profileId,
        userId,
        valueKey: valueKeyOf(userId),
        own: own.get(ownerId) ?? {},
      })),
    });
    return strongest(decisions);
  }

  /**
   * What to know before Optimove's campaigns go out over a connection: that no rule holds anybody back, where they do over
   * another one of the project, which may be deleted, as after an account was connected again. Null when there is nothing.
   */
  async warningFor(tx: Tx, projectId: string, connectionId: string): Promise<string | null> {
    return (await this.rules.isLeftOut(tx, projectId, connectionId)) ? noRuleHere : null;
  }

  /** The rules for an origin, and whether a Direct campaign would be held by the state of their data. */
  async standing(tx: Tx, projectId: string, origin: GateOrigin): Promise<GuardStanding> {
    const rules = await this.rules.inForce(tx, projectId, origin);
    const stale = rules.filter(({ freshness, overrideId }) => freshness !== 'FRESH' && overrideId === null);
    const holdReason = stale.length === 0 ? null : stale.map(staleBecause).join('; ');
    return { rules, holdReason, warnings: rules.flatMap((rule) => warningOf(rule) ?? []) };
  }
}

/** Of several rules against a person the one that excludes counts before the one that does not know. */
function strongest(decisions: RuleDecision[]): Map<string, Refusal> {
  const found = new Map<string, Refusal>();
  for (const decision of decisions) {
    if (decision.outcome === 'ALLOWED' || found.get(decision.profileId)?.reason === 'SUPPRESSED') continue;
    found.set(decision.profileId, { reason: decision.outcome, detail: detailOf(decision) });
  }
  return found;
}

function detailOf({ attribute, dataDate, freshness, outcome }: RuleDecision): string {
  if (outcome === 'SUPPRESSION_STALE') return staleBecause({ attribute, dataDate, freshness, stateReason: null });
  return `Excluded by ${attribute}, data of ${dataDate ?? 'no day yet'}`;
}
