import type { SettingProblem } from '../../contract';

/** Said of a device that does not exist, to somebody who may write to devices. */
const letIn = new Set(['BadDeviceToken', 'Unregistered', 'ExpiredToken', 'DeviceTokenNotForTopic']);
const ofTopic = new Set(['TopicDisallowed', 'BadTopic', 'MissingTopic']);

/** Which setting is wrong, by what Apple answered to a message for nobody. A status of 0: nothing came back. */
export function problemOf({ status, reason }: { status: number; reason: string }): SettingProblem | null {
  if (status === 200 || letIn.has(reason)) return null;
  if (status === 0) return { field: 'baseUrl', message: `APNs cannot be reached (${reason})` };
  if (ofTopic.has(reason)) {
    return {
      field: 'topic',
      message: `Apple refuses this bundle ID for your key (${reason}); compare it with the app`,
    };
  }
  if (status === 403) {
    return { field: 'privateKey', message: `Apple refuses the key (${reason}); compare key, key ID and team ID` };
  }
  return { field: 'baseUrl', message: `APNs answered ${status} (${reason}); try again later` };
}
