/** What people do with messages, as Optimove is told of it customer by customer. */
export const engagementEvents = ['OPENED', 'CLICKED', 'UNSUBSCRIBED', 'COMPLAINED', 'BOUNCED'] as const;

/** One of {@link engagementEvents}. */
export type EngagementEvent = (typeof engagementEvents)[number];

/** By which call Optimove is told of it; each event goes by one of them. */
export const engagementRoads = ['NONE', 'INTERACTIONS', 'EVENTS'] as const;

/** One of {@link engagementRoads}. */
export type EngagementRoad = (typeof engagementRoads)[number];

/** What to do with a batch that may have counted: these calls add up at Optimove. */
export const doubtRules = ['POST_AGAIN', 'KEEP'] as const;

/** One of {@link doubtRules}. */
export type DoubtRule = (typeof doubtRules)[number];

/** How a connection tells Optimove of engagement. */
export interface EngagementSetting {
  connectionId: string;
  projectId: string;
  road: EngagementRoad;
  onDoubt: DoubtRule;
  /** Events are collected for so long before they are posted. */
  everyMinutes: number;
  /** Where signed events go, such as `https://metric-42.optimove.net/api/saveEvent`. */
  eventsUrl: string | null;
  /** Sealed. */
  eventsToken: string | null;
  version: number;
}

/** OWED: to be posted. UNCERTAIN: posted without an answer, and kept. EXPIRED: Optimove takes it no more. */
export const batchStates = ['OWED', 'POSTING', 'ACKNOWLEDGED', 'REFUSED', 'UNCERTAIN', 'EXPIRED'] as const;

/** One of {@link batchStates}. */
export type BatchState = (typeof batchStates)[number];

/** Customers with one event of one message on one day, told in one call. */
export interface EngagementBatch {
  id: string;
  projectId: string;
  connectionId: string;
  /** The account at Optimove that is to be told. */
  accountId: string;
  optimoveCampaignId: string;
  optimoveChannelId: number;
  optimoveTemplateId: string;
  event: EngagementEvent;
  /** `YYYY-MM-DD`, in the connection's time zone. */
  day: string;
  road: Exclude<EngagementRoad, 'NONE'>;
  customers: number;
  /** How often it was posted without an answer: so many times it may have counted besides. */
  doubts: number;
  halvings: number;
  tries: number;
}

/** What holds where nobody chose: a lost batch is worse than a rare double. */
export const usualSetting = {
  road: 'INTERACTIONS',
  onDoubt: 'POST_AGAIN',
  everyMinutes: 5,
} as const satisfies Partial<EngagementSetting>;

/** Signed events are older than this when somebody should look; at 7 days Optimove takes them no more. */
export const alarmingAgeHours = 48;
