import { readSubscription, type Subscription } from '../domain/subscription';
import type { FileKind, ReadRow } from './row-reader';

/** A device as a file gives it; null leaves what is stored. */
export interface DeviceRow {
  userId: string;
  token: string;
  platform: 'ANDROID' | 'IOS';
  pushSubscription: Subscription | null;
}

const longestToken = 4_096;

/** Files of devices. A token that is known moves to the user ID of its row. */
export const deviceFile: FileKind<DeviceRow> = {
  kind: 'DEVICES',
  requiredColumns: ['userId', 'token', 'platform'],
  optionalColumns: ['pushSubscription'],
  takesOtherColumns: false,
  read: readDevice,
  keyOf: ({ token }) => token,
  merge: (earlier, later) => ({ ...later, pushSubscription: later.pushSubscription ?? earlier.pushSubscription }),
};

function readDevice(cells: Record<string, string>): ReadRow<DeviceRow> {
  const { userId = '', pushSubscription = '' } = cells;
  const token = cells.token?.trim() ?? '';
  const platform = cells.platform?.trim().toUpperCase() ?? '';
  if (userId.trim() === '') return { reason: 'userId is empty; every device belongs to a profile' };
  if (token === '') return { reason: 'token is empty; a device is known by its push token' };
  if (token.length > longestToken) return { reason: `token is longer than ${longestToken} characters` };
  if (platform !== 'ANDROID' && platform !== 'IOS')
    return { reason: `platform must be ANDROID or IOS: ${platform.slice(0, 40)}` };
  const subscription = readSubscription(pushSubscription);
  if (pushSubscription !== '' && !subscription) {
    return { reason: `pushSubscription must be SUBSCRIBED, UNSUBSCRIBED or NOT_SET: ${pushSubscription.slice(0, 40)}` };
  }
  return { row: { userId, token, platform, pushSubscription: subscription } };
}
