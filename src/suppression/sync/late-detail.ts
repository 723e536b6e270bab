import type { LateAttribute } from '../persistence/feed.repository';

/** What people read of attributes without the data of the day, and what to do. */
export function lateDetail(late: LateAttribute[], alarmHour: number): string {
  const awaited = late
    .filter(({ stoppedBecause }) => stoppedBecause === null)
    .map(({ name, dataDate }) => `${name} (${dataDate ? `data of ${dataDate}` : 'never synced'})`);
  const stopped = late
    .filter(({ stoppedBecause }) => stoppedBecause !== null)
    .map(({ name, stoppedBecause }) => `${name} (${stoppedBecause})`);
  return [
    ...sentence(
      awaited,
      `By ${alarmHour}:00 no newer data had come for`,
      "Check Optimove's daily process, then Run now",
    ),
    ...sentence(
      stopped,
      'Rules rest on attributes that are no longer synced:',
      'Mend that and Run now, or remove the rules',
    ),
  ].join('. ');
}

function sentence(names: string[], before: string, remedy: string): string[] {
  return names.length === 0 ? [] : [`${before} ${names.join(', ')}. ${remedy}`];
}
