import type { CampaignContent } from './campaign-content';
import { leftOut, type TargetAddress, targetingOf } from './targeting';
import { validateContent } from './validate-content';

const personalisation = { whenMissing: 'EMPTY' as const };
const push = { mobilePush: { title: 'Hi', body: 'There' }, personalisation };
const sms = { from: 'Shop', text: 'Hi' };
const phone: TargetAddress = {
  medium: 'MOBILE_PUSH',
  platform: 'IOS',
  apnsEnvironment: null,
  browser: null,
  isPushSubscribed: true,
  hasApp: false,
};
const goesTo = (content: CampaignContent, address: Partial<TargetAddress>): boolean => {
  const targeting = targetingOf(content);
  return targeting === null || leftOut(targeting, { ...phone, ...address }) === null;
};

describe('targeting', () => {
  it('restricts nothing unless it is asked to', () => {
    expect(targetingOf({ ...push, sms })).toBeNull();
  });

  it('keeps what is pushed and what is shown inside to the apps that are named, and other media as they are', () => {
    const content: CampaignContent = { ...push, sms, appIds: ['casino'] };
    const media = ['MOBILE_PUSH', 'WEB_PUSH', 'INBOX', 'IN_APP', 'SMS'];
    const to = (hasApp: boolean) => media.filter((medium) => goesTo(content, { medium, platform: null, hasApp }));
    expect(to(true)).toEqual(media);
    expect(to(false)).toEqual(['SMS']);
  });

  it('keeps push messages to the systems that are named, and other media as they are', () => {
    const content: CampaignContent = { ...push, sms, targeting: { platforms: ['IOS'] } };
    expect([goesTo(content, {}), goesTo(content, { platform: 'ANDROID' })]).toEqual([true, false]);
    expect(goesTo(content, { medium: 'SMS', platform: null })).toBe(true);
  });

  it('keeps web push messages to the browsers that are named', () => {
    const content: CampaignContent = { ...push, targeting: { browsers: ['FIREFOX', 'SAFARI'] } };
    const to = (browser: TargetAddress['browser']) => goesTo(content, { medium: 'WEB_PUSH', platform: null, browser });
    expect([to('FIREFOX'), to('SAFARI'), to('CHROME'), to('OTHER'), to(null)]).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('keeps push messages to iPhones of the environments that are named, and other phones as they are', () => {
    const to = (environment: 'PRODUCTION' | 'SANDBOX', address: Partial<TargetAddress>) =>
      goesTo({ ...push, targeting: { apnsEnvironments: [environment] } }, address);
    const phones = [
      { apnsEnvironment: 'PRODUCTION' as const },
      { apnsEnvironment: 'SANDBOX' as const },
      { apnsEnvironment: null },
      { platform: 'ANDROID' as const },
    ];
    expect(phones.map((phone) => to('PRODUCTION', phone))).toEqual([true, false, true, true]);
    expect(phones.map((phone) => to('SANDBOX', phone))).toEqual([false, true, false, true]);
  });

  it('lets e-mails and text messages complement push messages, either way', () => {
    const fallback: CampaignContent = { ...push, sms: { ...sms, group: 'PUSH_NOT_SUBSCRIBED' } };
    const sent = (content: CampaignContent) =>
      [true, false].map((isPushSubscribed) => goesTo(content, { medium: 'SMS', platform: null, isPushSubscribed }));
    expect(sent(fallback)).toEqual([false, true]);
    expect(sent({ ...push, sms: { ...sms, group: 'PUSH_SUBSCRIBED' } })).toEqual([true, false]);
    expect(goesTo(fallback, {})).toBe(true);
  });

  it('is checked: something named, and something there to restrict', () => {
    const found = (targeting: CampaignContent['targeting']) =>
      validateContent({ ...push, targeting }).findings.map(
        ({ path, code, severity }) => `${path.join('.')} ${code} ${severity}`,
      );
    expect(found({ platforms: ['IOS'] })).toEqual([]);
    expect(found({ platforms: [] })).toEqual(['targeting.platforms REQUIRED ERROR']);
    expect(found({ platforms: ['ANDROID'], apnsEnvironments: ['SANDBOX'] })).toEqual([
      'targeting.apnsEnvironments INVALID WARNING',
    ]);
    expect(found({ browsers: ['CHROME'] })).toEqual(['targeting.browsers INVALID WARNING']);
  });
});
