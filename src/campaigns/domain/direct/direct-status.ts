/** Where a Direct campaign is in its life. SCHEDULED: it goes out at its next time. FINISHED: no time is left. */
export const directStatuses = ['DRAFT', 'SCHEDULED', 'PAUSED', 'FINISHED', 'ARCHIVED'] as const;

/** One of {@link directStatuses}. */
export type DirectStatus = (typeof directStatuses)[number];
