import type { ApnsEnvironment } from '@libs/delivery';
import type { Browser } from './browser';

/** Systems of phones. */
export const pushPlatforms = ['ANDROID', 'IOS'] as const;

/** To which devices push messages are kept; what is absent is not restricted. */
export interface DeviceTargeting {
  /** Of mobile push. */
  platforms?: (typeof pushPlatforms)[number][];
  /** Of mobile push to iPhones. Those with tokens of FCM count as PRODUCTION. */
  apnsEnvironments?: ApnsEnvironment[];
  /** Of web push. */
  browsers?: Browser[];
}

/** Which devices count when somebody asks whom push messages, and those inside apps and sites, would reach; absent: all. */
export interface DeviceFilter extends DeviceTargeting {
  /** Apps and sites, by their ids. */
  appIds?: string[];
}
