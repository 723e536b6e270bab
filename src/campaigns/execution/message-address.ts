import type { GateDecision } from '@modules/suppression';

/** The address of a message as its provider takes it. */
export function addressOf(decision: GateDecision & { isAllowed: true }): object {
  const { medium, address, platform, apnsEnvironment, encryptionKeys, profileId } = decision;
  if (medium === 'MOBILE_PUSH') {
    const more = { ...(apnsEnvironment ? { apnsEnvironment } : {}), ...(encryptionKeys ? { encryptionKeys } : {}) };
    return { token: address, platform: platform ?? 'ANDROID', ...more };
  }
  if (medium === 'WEB_PUSH') return JSON.parse(address) as object;
  return medium === 'INBOX' || medium === 'IN_APP' ? { profileId } : { to: address };
}
