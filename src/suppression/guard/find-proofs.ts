import { Transactions } from '@libs/platform';
import { ProfilesService } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import {
  type GuardDecision,
  GuardDecisionRepository,
  type ProofsWanted,
} from '../persistence/guard-decision.repository';
import { MergeRepository } from '../persistence/merge.repository';

/** What was known of a person and decided, also before they had their user ID or signed in on a device. */
@Injectable()
export class FindProofs {
  constructor(
    private readonly transactions: Transactions,
    private readonly profiles: ProfilesService,
    private readonly merges: MergeRepository,
    private readonly decisions: GuardDecisionRepository,
  ) {}

  /** Newest first. Nobody is unknown: proofs outlive profiles. */
  async of(wanted: ProofsWanted): Promise<GuardDecision[]> {
    const { pool } = this.transactions;
    const { projectId, userId } = wanted;
    const now = (await this.profiles.resolveUserIds(pool, projectId, [userId])).values();
    const own = [...new Set([...now, ...(await this.decisions.profilesOf(pool, projectId, userId))])];
    const profileIds = [...own, ...(await this.merges.mergedInto(pool, projectId, own))];
    return this.decisions.of(pool, { ...wanted, profileIds });
  }
}
