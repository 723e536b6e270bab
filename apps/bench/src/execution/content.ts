/** The push message of the bench, the same for everybody who is measured. */
export const content = {
  title: 'Hello {{ FirstName }}',
  body: 'Your {{ BonusAmount }} euro bonus for {{ FavouriteGame }} is waiting.',
};

/** Attributes that the message needs, in the order in which they are asked for. */
export const attributes = ['FirstName', 'BonusAmount', 'FavouriteGame'];

/** Rows of a recipient page. */
export const pageSize = 50_000;

/** Where a measured loop works. */
export interface BareTarget {
  databaseUrl: string;
  /** Optimove API base address, ends with a slash. */
  endpoint: string;
  apiToken: string;
  campaignId: string;
  channelId: number;
  sinkUrl: string;
  count: number;
}
