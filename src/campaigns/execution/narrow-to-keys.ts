import type { GateDecision } from '@modules/suppression';
import type { RenderedPerson } from './render-slice';

/** Why a device gets no encrypted message: it is never sent one that is not. */
export const noKeys = 'The app on this device has no keys for encrypted messages';

/** What the gate lets through, without devices that an encrypted message cannot be encrypted for. */
export function narrowToKeys(
  people: readonly Pick<RenderedPerson, 'seq' | 'messages'>[],
  decisions: GateDecision[],
): GateDecision[] {
  const covered = new Set(
    people.filter(({ messages }) => isEncrypted(messages.get('MOBILE_PUSH'))).map(({ seq }) => seq),
  );
  if (covered.size === 0) return decisions;
  return decisions.map((decision) => {
    const { seq, profileId, medium, addressKey } = decision;
    if (!decision.isAllowed || medium !== 'MOBILE_PUSH' || decision.encryptionKeys || !covered.has(seq))
      return decision;
    return { seq, profileId, medium, addressKey, isAllowed: false, reason: 'NOT_ADDRESSABLE', detail: noKeys };
  });
}

/** Whether a rendered message may only go out encrypted. */
export function isEncrypted(message: object | null | undefined): boolean {
  return message !== null && message !== undefined && 'cover' in message;
}
