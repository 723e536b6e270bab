import type { ApnsEnvironment, EncryptionKeys, Medium, PushService } from '@libs/delivery';
import type { Browser } from './browser';
import type { Subscription } from './subscription';

/** One address of a person, and whether it may be used. */
export interface ReachRow {
  profileId: string;
  medium: Medium;
  /** Stable name of the address within the person: the device id, `email`, `mobile`, `inbox` or `in-app`. */
  addressKey: string;
  /** Push token, e-mail address or mobile number; a browser's subscription as JSON (`endpoint`, `p256dh`, `auth`); the profile id for what is shown inside. */
  address: string;
  platform: 'ANDROID' | 'IOS' | null;
  /** Whose token it is; null for what is no phone. */
  pushService: PushService | null;
  /** Where a token of APNs is good. */
  apnsEnvironment: ApnsEnvironment | null;
  /** Of a web-push subscription. */
  browser: Browser | null;
  /** The app or site of a device; null for what is no device, and for devices that no app of ours reported. */
  appId: string | null;
  /** What messages can be encrypted with for the app of a phone. */
  encryptionKeys: EncryptionKeys | null;
  /** False once a provider said that the address is dead. */
  isAddressable: boolean;
  subscription: Subscription;
  /** As {@link ContactRow.version}, when the address was read. */
  version: string;
}

/** Addresses of a person that suppression lists are looked up by; an anonymous profile may have two rows. */
export interface ContactRow {
  profileId: string;
  /** Whose these are: the profile itself, or that of who signed out. */
  ownerId: string;
  userId: string;
  email: string | null;
  mobileNumber: string | null;
  /** Whether these are of who signed out on the device of this anonymous profile: what excludes them excludes it. */
  isSignedOut: boolean;
  /** Of the profile itself: another one after every change of it, also when a device comes with something that excludes. */
  version: string;
}

/** An address that turned out to be dead. */
export interface DeadAddress {
  medium: Medium;
  profileId: string;
  addressKey: string;
  /** The address that was refused: one that was replaced meanwhile stays alive. */
  address: string;
  reason: string;
}
