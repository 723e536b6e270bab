import type { CampaignSegment } from '../campaign-segment';

/** How often one person gets messages of a category; null where there is no bound. */
export interface CategoryLimits {
  /** Within 24 hours. */
  perDay: number | null;
  /** Within 7 times 24 hours. */
  perWeek: number | null;
  /** Within 30 times 24 hours. */
  perMonth: number | null;
  /** Between two messages. */
  coolDownMinutes: number | null;
}

/** Rules that campaigns share: who gets their messages, how often, and whether without a subscription. */
export interface Category extends CategoryLimits {
  id: string;
  projectId: string;
  name: string;
  /** Whom it is for; null: everybody. */
  segment: CampaignSegment | null;
  /** For service messages alone. */
  ignoresSubscription: boolean;
  ignoresQuietHours: boolean;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

/** Bounds of {@link CategoryLimits}: every counted message is kept for 30 days. */
export const categoryBounds = {
  perDay: 100,
  perWeek: 300,
  perMonth: 1_000,
  coolDownMinutes: 43_200,
  count: 200,
} as const;

/** How often somebody got messages of a category, and when last. */
export interface CategoryUse {
  day: number;
  week: number;
  month: number;
  lastAt: Date | null;
}

/** Whether a category counts messages at all. */
export function isLimited({ perDay, perWeek, perMonth, coolDownMinutes }: CategoryLimits): boolean {
  return [perDay, perWeek, perMonth, coolDownMinutes].some((limit) => limit !== null);
}

/** Why somebody gets no more of a category now, in words; null when there is room. */
export function limitReached(category: CategoryLimits & { name: string }, use: CategoryUse, now: Date): string | null {
  const bounds = [
    { most: category.perDay, used: use.day, span: '24 hours' },
    { most: category.perWeek, used: use.week, span: '7 days' },
    { most: category.perMonth, used: use.month, span: '30 days' },
  ];
  const reached = bounds.find(({ most, used }) => most !== null && used >= most);
  const of = `of the engagement category “${category.name}”`;
  if (reached) return `${reached.used} of at most ${reached.most} messages within ${reached.span} ${of}`;
  const minutes = category.coolDownMinutes;
  if (minutes === null || !use.lastAt || +now - +use.lastAt >= minutes * 60_000) return null;
  return `The last message was at ${use.lastAt.toISOString()}; there are ${minutes} minutes between two ${of}`;
}
