import type { Audience } from '../customers/audience';

/** A campaign of the account. */
export interface SandboxCampaign {
  id: number;
  name: string;
  channelId: number;
  templateIds: number[];
  /** Those of them that the details of the campaign do not name yet, though its list has them. */
  unlistedTemplateIds: number[];
  audience: Audience;
  /** Send times ordered, `YYYY-MM-DD HH:MM:SS` in UTC, taken in turn; the first run sets its own time where none was. */
  scheduledTimes: string[];
  state: 'PLANNED' | 'EXECUTED' | 'CANCELLED';
  /** Day of its last run, `YYYY-MM-DD` in UTC. */
  executedOn: string | null;
}

/** Whether Optimove has processed it, so that its list can be read; a cancelled one stays readable. */
export function isExecuted({ executedOn }: SandboxCampaign): boolean {
  return executedOn !== null;
}

/** Marks the campaign as processed now. */
export function execute(campaign: SandboxCampaign): void {
  const now = stamp();
  Object.assign(campaign, { state: 'EXECUTED', executedOn: now.slice(0, 10) });
  if (campaign.scheduledTimes.length === 0) campaign.scheduledTimes.push(now);
}

/** Template and send time of a customer's place in the list; every pair of both comes up in turn. */
export function sendAt(campaign: SandboxCampaign, position: number): { templateId: number; time: string } {
  const { templateIds, scheduledTimes: times } = campaign;
  return {
    templateId: templateIds[position % templateIds.length] ?? 0,
    time: times[Math.floor(position / templateIds.length) % times.length] ?? '',
  };
}

/** A time as Optimove writes it, in UTC. */
export function stamp(time = new Date()): string {
  return time.toISOString().slice(0, 19).replace('T', ' ');
}
