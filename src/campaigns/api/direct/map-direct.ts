import type { CampaignProblem } from '../../authoring/campaign-problem';
import type { DirectOutcome } from '../../direct/direct-problem';
import type { DirectSchedule } from '../../domain/direct/schedule';
import type { DirectCampaign } from '../../persistence/direct/direct-campaign.repository';
import { toContentType } from '../authoring/map-content';
import { toSegmentType } from '../authoring/segment.type';
import type { CreateDirectCampaignPayload, DirectCampaignType, DirectScheduleType } from './direct-campaign.type';
import type { DirectScheduleInput } from './direct-schedule.inputs';

const nothing = { at: null, weekdays: null, time: null, until: null, timeZone: null };

/** A Direct campaign as GraphQL shows it; findings and executions are resolved when asked for. */
export function toDirectType(source: DirectCampaign): DirectCampaignType {
  const { id, name, status, version, nextAt, createdAt, updatedAt } = source;
  return {
    ...{ id, name, status, version, nextAt, createdAt, updatedAt, source },
    content: toContentType(source.content),
    segment: toSegmentType(source.segment),
    schedule: toScheduleType(source.schedule),
    hasUnlaunchedChanges: source.launchedRevision !== source.contentRevision,
  };
}

/** An outcome as a payload. */
export function toDirectPayload({ campaign, problems }: DirectOutcome): CreateDirectCampaignPayload {
  return { campaign: campaign && toDirectType(campaign), userErrors: problems };
}

/** A schedule as given; {@link bothGiven} is a problem. */
export function toSchedule(input: DirectScheduleInput | null | undefined): DirectSchedule {
  const { once, repeating } = input ?? {};
  if (once) return { kind: 'AT', at: once.at, timeZone: once.timeZone };
  if (!repeating) return { kind: 'NOW' };
  const { weekdays, time, until = null, timeZone } = repeating;
  return { kind: 'REPEATING', weekdays, time, until, timeZone };
}

/** The problem of a schedule that says two things at once. */
export function bothGiven(input: DirectScheduleInput | null | undefined): CampaignProblem[] {
  if (!input?.once || !input.repeating) return [];
  return [{ code: 'INVALID', path: ['schedule'], message: 'Give either once or repeating, not both' }];
}

function toScheduleType(schedule: DirectSchedule): DirectScheduleType {
  return { ...nothing, ...schedule };
}
