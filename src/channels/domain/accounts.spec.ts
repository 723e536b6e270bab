import { Accounts, noAccountFor } from './accounts';

const phone = (serves: string, appId: string | null = null) => ({ medium: 'MOBILE_PUSH' as const, serves, appId });
const accounts = new Accounts([
  { taking: phone('FCM'), account: 'fcm' },
  { taking: phone('APNS', 'app-1'), account: 'apns of app-1' },
  { taking: { medium: 'SMS', serves: 'SMS', appId: null }, account: 'sms' },
]);

describe('the account that takes a message', () => {
  it('is that of the push service', () => {
    expect(accounts.of({ medium: 'MOBILE_PUSH', pushService: 'FCM', appId: 'app-1' })).toBe('fcm');
    expect(accounts.of({ medium: 'MOBILE_PUSH', pushService: 'FCM', appId: null })).toBe('fcm');
    expect(accounts.of({ medium: 'SMS', pushService: null, appId: null })).toBe('sms');
  });

  it('is that of the app before that of all apps, and never that of another app', () => {
    const own = new Accounts([
      { taking: phone('APNS'), account: 'all' },
      { taking: phone('APNS', 'app-1'), account: 'own' },
    ]);
    const of = (appId: string | null) => own.of({ medium: 'MOBILE_PUSH', pushService: 'APNS', appId });
    expect([of('app-1'), of('app-2'), of(null)]).toEqual(['own', 'all', 'all']);
    expect(accounts.of({ medium: 'MOBILE_PUSH', pushService: 'APNS', appId: 'app-2' })).toBeNull();
  });

  it('is none where nothing is set up, and the reason says for what', () => {
    const device = { medium: 'MOBILE_PUSH', pushService: 'APNS', appId: null } as const;
    expect(accounts.of(device)).toBeNull();
    expect(noAccountFor(device)).toBe('No provider account is set up for APNS');
    expect(noAccountFor({ ...device, appId: 'app-2' })).toContain('APNS and the app of the device');
    expect(noAccountFor({ medium: 'EMAIL', pushService: null, appId: null })).toContain('EMAIL');
  });

  it('is asked of those alone that some apps have use for', () => {
    expect(accounts.forApps(new Set(['app-1'])).all).toEqual(['fcm', 'apns of app-1', 'sms']);
    expect(accounts.forApps(new Set(['app-2'])).all).toEqual(['fcm', 'sms']);
  });

  it('is known by medium for those who ask whether anything goes out', () => {
    expect([accounts.has('MOBILE_PUSH'), accounts.has('SMS'), accounts.has('EMAIL')]).toEqual([true, true, false]);
    expect(accounts.all).toEqual(['fcm', 'apns of app-1', 'sms']);
  });
});
