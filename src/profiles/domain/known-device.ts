import type { Platform } from './app';

/** An installation as its credential names it. */
export interface KnownDevice {
  id: string;
  projectId: string;
  appId: string;
  profileId: string;
  platform: Platform;
  /** Null while nobody signed in. */
  userId: string | null;
}
