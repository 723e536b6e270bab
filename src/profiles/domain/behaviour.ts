import { isStorable } from '@libs/foundation';
import type { CampaignDeed } from './segments/rules';

/** Something that a person or their device did, at an instant. Never changed once it is stored. */
export interface Behaviour {
  profileId: string;
  deviceId?: string;
  /** At most 100 characters; case matters. */
  name: string;
  occurredAt: Date;
  /** A text, a number, or a JSON object with properties. */
  value?: unknown;
}

/** What could not be stored, by its place in the batch. */
export interface RefusedBehaviour {
  index: number;
  reason: string;
}

/** What a person did with a message of a campaign, for rules on past campaigns. */
export interface CampaignDeedRow {
  profileId: string;
  campaignId: string;
  deed: CampaignDeed;
  medium: string;
  at: Date;
}

const longestName = 100;
const longestValue = 4_000;
const day = 86_400_000;

/** How long events, tags and answers to campaigns count, in milliseconds. */
export const behaviourCountsMs = 400 * day;

/** Why an event or tag cannot be stored, or null. What happened more than 400 days ago no longer counts. */
export function behaviourProblem({ name, occurredAt, value }: Behaviour, now: Date): string | null {
  if (name.trim() === '' || name.length > longestName) return `The name must have 1 to ${longestName} characters`;
  const text = JSON.stringify(value) ?? '';
  if (text.length > longestValue) return `The value is longer than ${longestValue} characters`;
  if (!isStorable([name, value])) return 'The name or value holds a character that cannot be stored';
  const age = now.getTime() - occurredAt.getTime();
  if (Number.isNaN(age)) return 'The time cannot be read';
  if (age < -day) return 'The time is more than a day ahead';
  return age > behaviourCountsMs ? 'The time is more than 400 days ago' : null;
}
