const typicalLength = 90;

/** What `system.url.*` renders to: about as long as the true link, which is put in at the hand-over. */
export const linkMarks = {
  prefix: 'xpolink-',
  unsubscribe: 'xpolink-unsubscribe-'.padEnd(typicalLength, 'x'),
  profile: 'xpolink-profile-'.padEnd(typicalLength, 'x'),
  view: 'xpolink-view-'.padEnd(typicalLength, 'x'),
} as const;

/** What an author can use behind `system.url.`, with what it renders to. */
export const systemLinks: ReadonlyMap<string, string> = new Map([
  ['unsubscribe', linkMarks.unsubscribe],
  ['profile', linkMarks.profile],
  ['view', linkMarks.view],
]);
