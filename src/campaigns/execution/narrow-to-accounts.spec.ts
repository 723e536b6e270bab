import { Accounts } from '@modules/channels';
import type { GateDecision } from '@modules/suppression';
import { narrowToAccounts } from './narrow-to-accounts';

const phone = {
  seq: 1,
  profileId: 'p',
  medium: 'MOBILE_PUSH',
  addressKey: 'd',
  address: 't',
  platform: 'IOS',
} as const;
const accounts = new Accounts([
  { taking: { medium: 'MOBILE_PUSH', serves: 'FCM', appId: null }, account: 'fcm' },
  { taking: { medium: 'MOBILE_PUSH', serves: 'APNS', appId: 'app-1' }, account: 'apns' },
]);
const of = (pushService: 'FCM' | 'APNS', appId: string | null): GateDecision => ({
  ...phone,
  isAllowed: true,
  pushService,
  apnsEnvironment: pushService === 'APNS' ? 'PRODUCTION' : null,
  browser: null,
  appId,
  encryptionKeys: null,
});

describe('addresses that no provider account takes', () => {
  it('are no way to a person, and say why', () => {
    const decisions = [of('FCM', 'app-1'), of('APNS', 'app-1'), of('APNS', 'app-2'), of('APNS', null)];
    const [google, apple, other, unknown] = narrowToAccounts(accounts, decisions);
    expect([google, apple]).toEqual(decisions.slice(0, 2));
    expect(other).toMatchObject({
      isAllowed: false,
      reason: 'NOT_ADDRESSABLE',
      detail: 'No provider account is set up for APNS and the app of the device',
      addressKey: 'd',
    });
    expect(unknown).toMatchObject({ isAllowed: false, detail: 'No provider account is set up for APNS' });
  });

  it('keep the reason that the gate gave before', () => {
    const refused: GateDecision = {
      seq: 1,
      profileId: 'p',
      medium: 'MOBILE_PUSH',
      isAllowed: false,
      addressKey: 'd',
      reason: 'NOT_SUBSCRIBED',
      detail: 'Subscription is unsubscribed',
    };
    expect(narrowToAccounts(accounts, [refused])).toEqual([refused]);
  });
});
