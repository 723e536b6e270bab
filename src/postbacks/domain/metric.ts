/** What is reported to Optimove in totals: what became of the messages, and what people did with them. */
export const metrics = [
  'SENT',
  'DELIVERED',
  'DROPPED',
  'OPENED',
  'CLICKED',
  'UNSUBSCRIBED',
  'COMPLAINED',
  'BOUNCED',
] as const;

/** One of {@link metrics}. */
export type Metric = (typeof metrics)[number];

/**
 * OWED: Optimove does not know the value yet. ACKNOWLEDGED: it does. REFUSED: it answered that it never will take it.
 * UNCERTAIN: an added value was posted and no answer came; posting it again might count it twice. EXPIRED: it came more
 * than seven days after the campaign's last send.
 */
export const postStates = ['OWED', 'ACKNOWLEDGED', 'REFUSED', 'UNCERTAIN', 'EXPIRED'] as const;

/** One of {@link postStates}. */
export type PostState = (typeof postStates)[number];

/** A value that Optimove does not know yet. */
export interface OwedMetric {
  id: string;
  optimoveCampaignId: string;
  optimoveChannelId: number;
  optimoveTemplateId: string;
  metric: Metric;
  owedValue: number;
  acknowledgedValue: number;
  uncertainValue: number;
  tries: number;
}

/** The value to post: the total itself, or what was added since everything that has counted or may have. */
export function valueToPost(row: OwedMetric, mode: 'ABSOLUTE' | 'DELTA'): number {
  return mode === 'ABSOLUTE' ? row.owedValue : row.owedValue - row.acknowledgedValue - row.uncertainValue;
}

const firstWaitSeconds = 30;
const longestWaitSeconds = 600;

/** How long to wait after so many failed tries, in seconds. */
export function waitSeconds(tries: number): number {
  return Math.min(firstWaitSeconds * 2 ** Math.max(tries - 1, 0), longestWaitSeconds);
}
