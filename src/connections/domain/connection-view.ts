/** What works and what does not, as a front end shows it. */
export type ConnectionStatus = 'ACTIVE' | 'AUTHENTICATION_FAILED' | 'DISABLED';

/** Whether Optimove is told totals or what was added since the last post. */
export type MetricsMode = 'ABSOLUTE' | 'DELTA';

/** A connection without its secrets. */
export interface ConnectionView {
  id: string;
  projectId: string;
  name: string;
  /** The account at Optimove; a connection may be moved to another one. */
  accountId: string;
  /** API base address, ends with a slash. */
  endpoint: string;
  /** IANA zone of times that Optimove sends without one. */
  timeZone: string;
  status: ConnectionStatus;
  /** Null: the customer id is the user ID. */
  userIdAttribute: string | null;
  /** Since when its customer ids mean the same people: until then it had another account or User ID attribute. Null: ever since. */
  namesSince: Date | null;
  /** Null: numbers are not imported. */
  mobileNumberAttribute: string | null;
  treatImportedNumbersAsSubscribed: boolean;
  metricsMode: MetricsMode;
  /** Customers asked for per page. */
  pageSize: number;
  /** Whether a page shorter than asked for ends the list. */
  trustsShortPage: boolean;
  isDisabled: boolean;
  /** Addresses and networks that callbacks may come from; empty: all. */
  callbackAddresses: string[];
  /** Triggered messages that go on within a minute; null: the setting of the service. */
  triggeredPerMinute: number | null;
  /** Triggered messages that one customer gets within an hour; null: the setting of the service. */
  triggeredPerPersonPerHour: number | null;
}
