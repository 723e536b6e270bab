import type { CampaignProblem } from '../../authoring/campaign-problem';
import type { DirectOutcome } from '../../direct/direct-problem';
import type { WhoseClock } from '../../domain/direct/earliest-zone';
import type { DirectSchedule } from '../../domain/direct/schedule';
import type { DirectCampaign } from '../../persistence/direct/direct-campaign.repository';
import { toContentType } from '../authoring/map-content';
import { toSegmentType } from '../authoring/segment.type';
import type { CreateDirectCampaignPayload, DirectCampaignType, DirectScheduleType } from './direct-campaign.type';
import type { DirectOnceInput, DirectRepeatingInput, DirectScheduleInput } from './direct-schedule.inputs';

const place = { at: null, time: null, until: null, timeZone: null, inOwnTimeZone: false };
const days = { weekdays: null, from: null, everyWeeks: null, inMonth: null, everyMonths: null };

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

/** A schedule as given, in a zone where it names none; what {@link scheduleProblems} finds is a problem. */
export function toSchedule(input: DirectScheduleInput | null | undefined, zone: string): DirectSchedule {
  const { once, repeating } = input ?? {};
  if (once) return { kind: 'AT', at: once.at, ...whoseClock(once, zone) };
  if (!repeating) return { kind: 'NOW' };
  const { weekdays, time, until = null, from, everyWeeks, inMonth, everyMonths } = repeating;
  return {
    ...{ kind: 'REPEATING', weekdays, time, until, ...whoseClock(repeating, zone) },
    ...(from ? { from } : {}),
    ...(everyWeeks ? { everyWeeks } : {}),
    ...(inMonth ? { inMonth } : {}),
    ...(everyMonths ? { everyMonths } : {}),
  };
}

function whoseClock({ timeZone, inOwnTimeZone }: DirectOnceInput | DirectRepeatingInput, zone: string): WhoseClock {
  return { timeZone: timeZone ?? zone, ...(inOwnTimeZone ? { inOwnTimeZone } : {}) };
}

/** The problems of a schedule whose parts do not go together. */
export function scheduleProblems(input: DirectScheduleInput | null | undefined): CampaignProblem[] {
  const { once, repeating } = input ?? {};
  if (once && repeating) return [problem([], 'Give either once or repeating, not both')];
  if (!repeating) return [];
  const { from, everyWeeks, everyMonths, inMonth } = repeating;
  const isCounted = (everyWeeks ?? 1) > 1 || (everyMonths ?? 1) > 1;
  return [
    ...(everyMonths && !inMonth ? [problem(['repeating', 'inMonth'], 'Say which of the weekdays in the month')] : []),
    ...(everyWeeks && inMonth ? [problem(['repeating', 'everyWeeks'], 'Weeks and months do not go together')] : []),
    ...(isCounted && !from ? [problem(['repeating', 'from'], 'Give the day from which is counted')] : []),
  ];
}

function problem(path: string[], message: string): CampaignProblem {
  return { code: 'INVALID', path: ['schedule', ...path], message };
}

function toScheduleType(schedule: DirectSchedule): DirectScheduleType {
  return { ...place, ...days, ...schedule };
}
