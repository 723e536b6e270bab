import { type Accounts, noAccountFor } from '@modules/channels';
import type { GateDecision } from '@modules/suppression';

/** What the gate lets through, without addresses that no provider account takes: they are no way to a person. */
export function narrowToAccounts(accounts: Pick<Accounts<unknown>, 'of'>, decisions: GateDecision[]): GateDecision[] {
  return decisions.map((decision) => {
    if (!decision.isAllowed || accounts.of(decision)) return decision;
    const { seq, profileId, medium, addressKey } = decision;
    const detail = noAccountFor(decision);
    return { seq, profileId, medium, addressKey, isAllowed: false, reason: 'NOT_ADDRESSABLE', detail };
  });
}
