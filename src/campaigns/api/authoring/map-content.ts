import type {
  CampaignContent,
  EmailContent,
  MobilePushContent,
  SmsContent,
} from '../../domain/content/campaign-content';
import type { CampaignContentInput, EmailContentInput, MobilePushContentInput } from './content.inputs';
import type { CampaignContentType } from './content.type';

/** Content as given: absent stays undefined, null stays null. */
export interface GivenContent {
  mobilePush?: MobilePushContent | null;
  email?: EmailContent | null;
  sms?: SmsContent | null;
  personalisation?: CampaignContent['personalisation'];
  expiresAfterMinutes?: number | null;
}

/** The content of an input, in the domain's shape. */
export function toGivenContent(input: CampaignContentInput): GivenContent {
  const { mobilePush, email, sms, personalisation, expiresAfterMinutes } = input;
  return {
    mobilePush: mobilePush && toPush(mobilePush),
    email: email && toEmail(email),
    sms: sms && { from: storable(sms.from).trim(), text: storable(sms.text) },
    personalisation: personalisation ? { whenMissing: personalisation.whenMissing } : undefined,
    expiresAfterMinutes,
  };
}

/** The content of a new campaign. */
export function toNewContent(input: CampaignContentInput): CampaignContent {
  const { mobilePush, email, sms, personalisation, expiresAfterMinutes } = toGivenContent(input);
  return {
    mobilePush: mobilePush ?? undefined,
    email: email ?? undefined,
    sms: sms ?? undefined,
    personalisation: personalisation ?? { whenMissing: 'EMPTY' },
    expiresAfterMinutes: expiresAfterMinutes ?? undefined,
  };
}

/** Content as GraphQL shows it. */
export function toContentType(content: CampaignContent): CampaignContentType {
  const { mobilePush, email, sms, personalisation, expiresAfterMinutes } = content;
  return {
    mobilePush: mobilePush
      ? {
          title: mobilePush.title,
          body: mobilePush.body,
          url: mobilePush.url ?? null,
          imageUrl: mobilePush.imageUrl ?? null,
          data: Object.entries(mobilePush.data ?? {}).map(([key, value]) => ({ key, value })),
        }
      : null,
    email: email
      ? { ...email, replyTo: email.replyTo ?? null, text: email.text ?? null, preheader: email.preheader ?? null }
      : null,
    sms: sms ?? null,
    personalisation,
    expiresAfterMinutes: expiresAfterMinutes ?? null,
  };
}

function toPush({ title, body, url, imageUrl, data }: MobilePushContentInput): MobilePushContent {
  const entries = (data ?? []).map(({ key, value }) => [storable(key), storable(value)]);
  return {
    title: storable(title),
    body: storable(body),
    url: optional(url),
    imageUrl: optional(imageUrl),
    data: entries.length > 0 ? Object.fromEntries(entries) : undefined,
  };
}

function toEmail(input: EmailContentInput): EmailContent {
  return {
    fromAddress: storable(input.fromAddress).trim(),
    fromName: storable(input.fromName),
    replyTo: optional(input.replyTo?.trim()),
    subject: storable(input.subject),
    html: storable(input.html),
    text: optional(input.text),
    preheader: optional(input.preheader),
  };
}

function optional(text: string | null | undefined): string | undefined {
  return text ? storable(text) : undefined;
}

/** PostgreSQL's JSON takes neither NUL nor half a surrogate pair. */
function storable(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8').replaceAll('\0', '');
}
