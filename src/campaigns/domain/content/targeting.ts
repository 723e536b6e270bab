import type { CampaignContent, ContentMedium } from './campaign-content';
import type { Findings } from './findings';

/** Systems of phones that a push message can be kept to. */
export const pushPlatforms = ['ANDROID', 'IOS'] as const;

/** Browsers that a web push message can be kept to. */
export const browsers = ['CHROME', 'FIREFOX', 'SAFARI', 'EDGE'] as const;

/** Whom an e-mail or a text message complements: people whom push messages reach, or those whom they do not. */
export const pushGroups = ['PUSH_SUBSCRIBED', 'PUSH_NOT_SUBSCRIBED'] as const;

type Platform = (typeof pushPlatforms)[number];
type Browser = (typeof browsers)[number];
type PushGroup = (typeof pushGroups)[number];

/** To which devices messages are kept; what is absent is not restricted. */
export interface DeviceTargeting {
  platforms?: Platform[];
  browsers?: Browser[];
}

/** Everything that keeps messages from some addresses. */
export interface Targeting extends DeviceTargeting {
  /** The apps and sites that devices must have; absent: any. */
  appIds?: string[];
  groups: ReadonlyMap<ContentMedium, PushGroup>;
}

/** An address that the gate lets through. */
export interface TargetAddress {
  medium: string;
  platform: Platform | null;
  /** Of a browser: its subscription as JSON. */
  address: string;
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

const hosts: [end: string, browser: Browser][] = [
  ['push.services.mozilla.com', 'FIREFOX'],
  ['push.apple.com', 'SAFARI'],
  ['notify.windows.com', 'EDGE'],
  ['googleapis.com', 'CHROME'],
];

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
  const isFree = groups.size === 0 && !appIds && !targeting.platforms && !targeting.browsers;
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

function outside(targeting: Targeting, { medium, platform, address, isPushSubscribed }: TargetAddress): string | null {
  const group = [...targeting.groups].find(([of]) => of === medium)?.[1];
  if (group && (group === 'PUSH_SUBSCRIBED') !== isPushSubscribed) {
    return isPushSubscribed ? 'Push messages reach this person' : 'Push messages do not reach this person';
  }
  if (medium === 'MOBILE_PUSH' && targeting.platforms && !(platform && targeting.platforms.includes(platform))) {
    return `The campaign is kept to ${targeting.platforms.join(', ')}`;
  }
  if (medium !== 'WEB_PUSH' || !targeting.browsers) return null;
  const browser = browserOf(address);
  return browser && targeting.browsers.includes(browser)
    ? null
    : `The campaign is kept to ${targeting.browsers.join(', ')}`;
}

/** The browser of a subscription, by the push service that it names; null for services we do not know. */
export function browserOf(subscription: string): Browser | null {
  const endpoint = /"endpoint"\s*:\s*"([^"]*)"/.exec(subscription)?.[1] ?? '';
  const host = URL.parse(endpoint)?.hostname ?? '';
  return hosts.find(([end]) => host === end || host.endsWith(`.${end}`))?.[1] ?? null;
}

/** Checks that what is restricted is there. */
export function checkTargeting(findings: Findings, { targeting, mobilePush, webPush }: CampaignContent): void {
  for (const [name, values, content] of [
    ['platforms', targeting?.platforms, mobilePush],
    ['browsers', targeting?.browsers, webPush],
  ] as const) {
    if (values?.length === 0)
      findings.add(['targeting', name], 'REQUIRED', 'Name at least one, or leave it out for all');
    if (values && !content) {
      findings.add(['targeting', name], 'INVALID', 'The content has nothing that this would restrict', 'WARNING');
    }
  }
}
