/** An app of a channel in Optimove. */
export interface AppInOptimove {
  optimoveChannelId: number;
  appId: string;
  /** Whether Optimove has taken a template under it as that is to be now. */
  isPublished: boolean;
}
