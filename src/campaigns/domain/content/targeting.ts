import type { ApnsEnvironment } from '@libs/delivery';
import type { Browser, DeviceTargeting } from '@modules/profiles';
import type { CampaignContent, ContentMedium } from './campaign-content';
import type { Findings } from './findings';

/** Whom an e-mail or a text message complements: people whom push messages reach, or those whom they do not. */
export const pushGroups = ['PUSH_SUBSCRIBED', 'PUSH_NOT_SUBSCRIBED'] as const;

type PushGroup = (typeof pushGroups)[number];

/** Everything that keeps messages from some addresses. */
export interface Targeting extends DeviceTargeting {
  /** The apps and sites that devices must have; absent: any. */
  appIds?: string[];
  groups: ReadonlyMap<ContentMedium, PushGroup>;
}

/** An address that the gate lets through. */
export interface TargetAddress {
  medium: string;
  platform: 'ANDROID' | 'IOS' | null;
  /** Where a token of APNs is good; null for any other. */
  apnsEnvironment: ApnsEnvironment | null;
  browser: Browser | null;
  /** Whether any device of the person may be sent push messages. */
  isPushSubscribed: boolean;
  /** Whether it is a device with one of the apps, or, for what is shown inside, somebody who has one. */
  hasApp: boolean;
}

/** Why an address is left out. */
export interface LeftOut {
  state: 'NO_ADDRESS' | 'NOT_IN_SEGMENT';
  detail: string;
}

const onDevices: ReadonlySet<string> = new Set(['MOBILE_PUSH', 'WEB_PUSH']);

/** Shown by whatever installation the person has. */
export const shownInside: ReadonlySet<string> = new Set(['INBOX', 'IN_APP']);

/** What some content is kept to; null when nothing is. */
export function targetingOf({
  targeting = {},
  appIds,
  sms,
  email,
}: Pick<CampaignContent, 'targeting' | 'appIds' | 'sms' | 'email'>): Targeting | null {
  const groups = new Map<ContentMedium, PushGroup>();
  if (sms?.group) groups.set('SMS', sms.group);
  if (email?.group) groups.set('EMAIL', email.group);
  const isFree = groups.size === 0 && !appIds && Object.keys(targeting).length === 0;
  return isFree ? null : { ...targeting, appIds, groups };
}

/** Why an address is left out, or null. */
export function leftOut(targeting: Targeting, address: TargetAddress): LeftOut | null {
  if (targeting.appIds && !address.hasApp && onDevices.has(address.medium)) {
    return { state: 'NO_ADDRESS', detail: 'The device has none of the apps of the campaign' };
  }
  if (targeting.appIds && !address.hasApp && shownInside.has(address.medium)) {
    return { state: 'NO_ADDRESS', detail: 'The person has none of the apps of the campaign' };
  }
  const detail = outside(targeting, address);
  return detail === null ? null : { state: 'NOT_IN_SEGMENT', detail };
}

function outside(targeting: Targeting, { medium, isPushSubscribed, ...device }: TargetAddress): string | null {
  const group = [...targeting.groups].find(([of]) => of === medium)?.[1];
  if (group && (group === 'PUSH_SUBSCRIBED') !== isPushSubscribed) {
    return isPushSubscribed ? 'Push messages reach this person' : 'Push messages do not reach this person';
  }
  const kept = keptTo(targeting, { medium, ...device });
  return kept && `The campaign is kept to ${kept.join(', ')}`;
}

/** To what a campaign is kept where that leaves a device out; null where it does not. */
function keptTo(
  { platforms, apnsEnvironments, browsers }: Targeting,
  { medium, platform, apnsEnvironment, browser }: Omit<TargetAddress, 'isPushSubscribed'>,
): string[] | null {
  if (medium === 'WEB_PUSH') return browsers && !(browser && browsers.includes(browser)) ? browsers : null;
  if (medium !== 'MOBILE_PUSH') return null;
  if (platforms && !(platform && platforms.includes(platform))) return platforms;
  const isOther = platform === 'IOS' && !apnsEnvironments?.includes(apnsEnvironment ?? 'PRODUCTION');
  return apnsEnvironments && isOther ? apnsEnvironments.map((each) => `iPhones of ${each}`) : null;
}

/** Checks that what is restricted is there. */
export function checkTargeting(findings: Findings, { targeting = {}, mobilePush, webPush }: CampaignContent): void {
  const { platforms, apnsEnvironments, browsers } = targeting;
  const hasIphones = mobilePush && (!platforms || platforms.includes('IOS'));
  for (const [name, values, restricted] of [
    ['platforms', platforms, mobilePush],
    ['apnsEnvironments', apnsEnvironments, hasIphones],
    ['browsers', browsers, webPush],
  ] as const) {
    if (values?.length === 0)
      findings.add(['targeting', name], 'REQUIRED', 'Name at least one, or leave it out for all');
    if (values && !restricted) {
      findings.add(['targeting', name], 'INVALID', 'The content has nothing that this would restrict', 'WARNING');
    }
  }
}
