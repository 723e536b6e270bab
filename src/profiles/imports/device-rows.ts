import { type ApnsEnvironment, apnsEnvironments, type PushService, pushServices } from '@libs/delivery';
import { pushTokenProblem, storedToken } from '../domain/push-token';
import { readSubscription, type Subscription } from '../domain/subscription';
import type { FileKind, ReadRow } from './row-reader';

/** A device as a file gives it; null leaves what is stored. */
export interface DeviceRow {
  userId: string;
  token: string;
  platform: 'ANDROID' | 'IOS';
  pushService: PushService | null;
  apnsEnvironment: ApnsEnvironment | null;
  pushSubscription: Subscription | null;
}

const longestToken = 4_096;

/** Files of devices. A token that is known moves to the user ID of its row. */
export const deviceFile: FileKind<DeviceRow> = {
  kind: 'DEVICES',
  requiredColumns: ['userId', 'token', 'platform'],
  optionalColumns: ['pushService', 'apnsEnvironment', 'pushSubscription'],
  takesOtherColumns: false,
  read: readDevice,
  keyOf: ({ token }) => token,
  merge: (earlier, later) => ({
    ...later,
    pushSubscription: later.pushSubscription ?? earlier.pushSubscription,
    ...(later.pushService || later.platform !== 'IOS'
      ? {}
      : { pushService: earlier.pushService, apnsEnvironment: earlier.apnsEnvironment }),
  }),
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
  const service = readService(cells);
  if ('reason' in service) return service;
  const problem = pushTokenProblem({ ...service, token, platform });
  if (problem) return { reason: problem.message };
  const stored = storedToken({ ...service, token }) ?? token;
  return { row: { ...service, userId, token: stored, platform, pushSubscription: subscription } };
}

function readService(
  cells: Record<string, string>,
): Pick<DeviceRow, 'pushService' | 'apnsEnvironment'> | { reason: string } {
  const service = cells.pushService?.trim().toUpperCase() ?? '';
  const environment = cells.apnsEnvironment?.trim().toUpperCase() ?? '';
  const pushService = pushServices.find((each) => each === service) ?? null;
  const apnsEnvironment = apnsEnvironments.find((each) => each === environment) ?? null;
  if (service !== '' && !pushService) return { reason: `pushService must be FCM or APNS: ${service.slice(0, 40)}` };
  if (environment !== '' && !apnsEnvironment) {
    return { reason: `apnsEnvironment must be PRODUCTION or SANDBOX: ${environment.slice(0, 40)}` };
  }
  return { pushService, apnsEnvironment };
}
