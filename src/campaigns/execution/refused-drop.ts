import type { GateDecision } from '@modules/suppression';
import type { Drop } from '../domain/execution/end-state';
import type { RenderedPerson } from './render-slice';

/** Why the gate's refusal drops a person: a number that could not be imported is the reason for having none. */
export function refusedDrop(decision: GateDecision & { isAllowed: false }, person: RenderedPerson): Drop {
  if (decision.medium === 'SMS' && decision.reason === 'NO_ADDRESS' && person.numberProblem) {
    return { state: 'INVALID_MOBILE_NUMBER', detail: person.numberProblem };
  }
  return { state: decision.reason, detail: decision.detail };
}
