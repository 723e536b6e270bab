/** Which devices count when somebody asks whom push messages, and those inside apps and sites, would reach; absent: all. */
export interface DeviceFilter {
  /** Apps and sites, by their ids. */
  appIds?: string[];
}
