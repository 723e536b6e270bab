import { toTargeting } from '@modules/profiles';
import type {
  CampaignContent,
  ContentMedium,
  contentFields,
  EmailContent,
} from '../../domain/content/campaign-content';
import type { CampaignContentInput } from './content.inputs';
import type { CampaignContentType, EmailContentType } from './content.type';
import type { EmailContentInput } from './email-content.inputs';
import { toAlternatives, toAlternativeTypes, toVariants } from './map-alternatives';
import { toInApp, toInAppType, toInbox, toInboxType, toWebPush, toWebPushType } from './map-onsite';
import { toPush, toPushType } from './map-push';
import { optional, storable } from './storable';

type MediumField = (typeof contentFields)[ContentMedium];

type GivenMedia = { [F in MediumField]?: CampaignContent[F] | null };

/** Content as given: absent stays undefined, null stays null. */
export interface GivenContent extends GivenMedia {
  personalisation?: CampaignContent['personalisation'];
  expiresAfterMinutes?: number | null;
  categoryId?: string | null;
  appIds?: string[] | null;
  firstReachable?: ContentMedium[] | null;
  controlGroupPercent?: number | null;
  variants?: CampaignContent['variants'] | null;
  targeting?: CampaignContent['targeting'] | null;
  alternatives?: CampaignContent['alternatives'] | null;
}

/** The content of an input, in the domain's shape. */
export function toGivenContent(input: CampaignContentInput): GivenContent {
  const { mobilePush, email, sms, webPush, inbox, inApp, personalisation, expiresAfterMinutes } = input;
  return {
    mobilePush: mobilePush && toPush(mobilePush),
    email: email && toEmail(email),
    sms: sms && {
      from: storable(sms.from).trim(),
      text: storable(sms.text),
      ...(sms.hasShortLinks ? { hasShortLinks: true } : {}),
      group: sms.group ?? undefined,
    },
    webPush: webPush && toWebPush(webPush),
    inbox: inbox && toInbox(inbox),
    inApp: inApp && toInApp(inApp),
    personalisation: personalisation ? { whenMissing: personalisation.whenMissing } : undefined,
    expiresAfterMinutes,
    targeting: toTargeting(input.targeting),
    categoryId: input.categoryId,
    appIds: toAppIds(input.appIds),
    firstReachable: input.firstReachable?.length === 0 ? null : input.firstReachable,
    controlGroupPercent: input.controlGroupPercent,
    variants: toVariants(input.variants),
    alternatives: toAlternatives(input.alternatives),
  };
}

/** The content of a new campaign. */
export function toNewContent(input: CampaignContentInput): CampaignContent {
  const given = toGivenContent(input);
  return {
    mobilePush: given.mobilePush ?? undefined,
    email: given.email ?? undefined,
    sms: given.sms ?? undefined,
    webPush: given.webPush ?? undefined,
    inbox: given.inbox ?? undefined,
    inApp: given.inApp ?? undefined,
    personalisation: given.personalisation ?? { whenMissing: 'EMPTY' },
    expiresAfterMinutes: given.expiresAfterMinutes ?? undefined,
    targeting: given.targeting ?? undefined,
    categoryId: given.categoryId ?? undefined,
    appIds: given.appIds ?? undefined,
    firstReachable: given.firstReachable ?? undefined,
    controlGroupPercent: given.controlGroupPercent ?? undefined,
    variants: given.variants ?? undefined,
    alternatives: given.alternatives ?? undefined,
  };
}

/** Content as GraphQL shows it. */
export function toContentType(content: CampaignContent): CampaignContentType {
  const { mobilePush, email, sms, webPush, inbox, inApp, personalisation, expiresAfterMinutes } = content;
  return {
    mobilePush: mobilePush ? toPushType(mobilePush) : null,
    email: email ? toEmailType(email) : null,
    sms: sms ? { ...sms, hasShortLinks: sms.hasShortLinks ?? false, group: sms.group ?? null } : null,
    webPush: webPush ? toWebPushType(webPush) : null,
    inbox: inbox ? toInboxType(inbox) : null,
    inApp: inApp ? toInAppType(inApp) : null,
    personalisation,
    expiresAfterMinutes: expiresAfterMinutes ?? null,
    targeting: content.targeting
      ? { platforms: null, apnsEnvironments: null, browsers: null, ...content.targeting }
      : null,
    categoryId: content.categoryId ?? null,
    appIds: content.appIds ?? [],
    firstReachable: content.firstReachable ?? null,
    controlGroupPercent: content.controlGroupPercent ?? null,
    variants: content.variants ?? [],
    alternatives: toAlternativeTypes(content.alternatives),
  };
}

/** Ids may come in capitals; nothing at all means every app. */
function toAppIds(given: string[] | null | undefined): string[] | null | undefined {
  return given?.length === 0 ? null : given?.map((id) => id.toLowerCase());
}

function toEmailType(email: EmailContent): EmailContentType {
  const { replyTo = null, replyToName = null, hasUnsubscribeHeader = true, text = null, preheader = null } = email;
  const { group = null, templateId = null } = email;
  return { ...email, replyTo, replyToName, hasUnsubscribeHeader, text, preheader, group, templateId };
}

function toEmail(input: EmailContentInput): EmailContent {
  return {
    fromAddress: storable(input.fromAddress).trim(),
    fromName: storable(input.fromName),
    replyTo: optional(input.replyTo?.trim()),
    replyToName: optional(input.replyToName),
    hasUnsubscribeHeader: input.hasUnsubscribeHeader ? undefined : false,
    subject: storable(input.subject),
    html: storable(input.html),
    text: optional(input.text),
    preheader: optional(input.preheader),
    group: input.group ?? undefined,
    templateId: input.templateId?.toLowerCase(),
  };
}
