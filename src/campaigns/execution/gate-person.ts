import type { GatePerson } from '@modules/suppression';
import type { LimitsInForce } from '../limits/limits-in-force';
import type { RenderedPerson } from './render-slice';

/** Somebody as the gate is asked for them. */
export function toGate({ categories }: LimitsInForce, person: RenderedPerson): GatePerson[] {
  const { seq, profileId, templateId } = person;
  if (!profileId) return [];
  const ignoresSubscription = categories.get(templateId)?.category.ignoresSubscription;
  return [{ seq, profileId, ...(ignoresSubscription ? { ignoresSubscription } : {}) }];
}
