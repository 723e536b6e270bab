import type { Engagement, Webhook } from '../storage/engagement';
import type { SandboxCampaign } from './campaign';
import type { ChangeSpelling, DailyAttribute } from './daily-attributes';
import type { FaultPlan } from './faults';

/** A channel of an account. */
export interface SandboxChannel {
  id: number;
  name: string;
}

/** A registered listener. */
export interface Listener {
  eventTypeId: number;
  listenerUrl: string;
  channelId: number | null;
}

/** A template that a vendor put on a channel. */
export interface SandboxTemplate {
  channelId: number;
  templateId: number;
  templateName: string;
  appId: string | null;
}

/** One metric as it was posted. */
export interface PostedMetric {
  campaignId: number;
  channelId: number;
  templateId: number;
  metricId: number;
  /** Of the last post. */
  value: number;
  /** Of all posts. */
  sum: number;
  posts: number;
}

/** An event of saveEvent. */
export interface SavedEvent {
  event: string;
  customer: string;
  timestamp: string;
  context: object;
}

/** A call that the account received. */
export interface LoggedCall {
  /** When it arrived. */
  at: string;
  method: string;
  path: string;
  /** Names in lower case. */
  query: Record<string, string>;
  /** Null until it is answered. */
  status: number | null;
}

/** A callback that the account sent. */
export interface LoggedCallback {
  at: string;
  url: string;
  body: unknown;
  /** Null when no answer came. */
  status: number | null;
}

/** Access types of a key. */
export const keyAccesses = ['ADMIN', 'INTEGRATIONS'] as const;

/** One of {@link keyAccesses}. */
export type KeyAccess = (typeof keyAccesses)[number];

/** An Optimove account in the box. */
export interface Tenant {
  id: string;
  name: string;
  apiToken: string;
  login: { username: string; password: string };
  /** What its key may call: everything, or what a channel vendor may. */
  access: KeyAccess;
  /** Calls in any 10 seconds; null is no limit. */
  ratePer10s: number | null;
  /** Whether recipient values come as one joined text, as from the API of 2016. */
  joinsAttributes: boolean;
  channels: SandboxChannel[];
  listeners: Listener[];
  templates: SandboxTemplate[];
  apps: { channelId: number; appId: string; appName: string }[];
  /** The day up to which data are complete; null is always today. */
  dataDate: string | null;
  changeSpelling: ChangeSpelling;
  /** Kept by hand, by name. */
  attributes: Map<string, DailyAttribute>;
  campaigns: Map<number, SandboxCampaign>;
  webhooks: Webhook[];
  engagements: Engagement[];
  metrics: Map<string, PostedMetric>;
  /** Bodies as they were posted. */
  preferences: Record<string, unknown>[];
  /** Bodies as they were posted. */
  interactions: Record<string, unknown>[];
  /** Signs what is sent to saveEvent. */
  metricToken: string;
  savedEvents: SavedEvent[];
  calls: LoggedCall[];
  callbacks: LoggedCallback[];
  faults: FaultPlan;
}

const mostLogged = 10_000;

/** Adds to a log and forgets what is too old. */
export function logTo<T>(log: T[], entry: T): void {
  log.push(entry);
  if (log.length > mostLogged) log.splice(0, log.length - mostLogged);
}
