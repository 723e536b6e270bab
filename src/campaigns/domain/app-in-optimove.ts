/** An app of a channel in Optimove. */
export interface AppInOptimove {
  optimoveChannelId: number;
  appId: string;
  /** Whether Optimove has taken a template for it as that is to be now. */
  isPublished: boolean;
}
