import type { GateDecision } from '@modules/suppression';
import { narrowToKeys, noKeys } from './narrow-to-keys';

const keys = { p256dh: 'point', auth: 'secret' };
const phone = (seq: number, encryptionKeys: typeof keys | null): GateDecision => ({
  ...{ seq, profileId: 'p', medium: 'MOBILE_PUSH', addressKey: 'd', address: 't', platform: 'IOS', isAllowed: true },
  ...{ pushService: 'FCM', apnsEnvironment: null, browser: null, appId: null, encryptionKeys },
});
const mail: GateDecision = { ...phone(1, null), medium: 'EMAIL', addressKey: 'email' };
const person = (seq: number, message: object) => ({ seq, messages: new Map([['MOBILE_PUSH', message]]) as never });

describe('phones that an encrypted message cannot be encrypted for', () => {
  it('are no way to a person, and say why; other media and open messages are as before', () => {
    const people = [person(1, { title: 'x', cover: {} }), person(2, { title: 'x' })];
    const decisions = [phone(1, keys), phone(1, null), mail, phone(2, null)];
    const [withKeys, without, ...others] = narrowToKeys(people, decisions);
    expect(without).toMatchObject({ isAllowed: false, reason: 'NOT_ADDRESSABLE', detail: noKeys, addressKey: 'd' });
    expect([withKeys, ...others]).toEqual([decisions[0], ...decisions.slice(2)]);
  });
});
