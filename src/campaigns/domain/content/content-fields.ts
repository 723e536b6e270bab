import { type CampaignContent, type ContentMedium, contentFields, mediaOf } from './campaign-content';
import type { Escaping } from './template-engine';

/** One text of the content that may hold placeholders. */
export interface ContentField {
  medium: ContentMedium;
  /** Name inside its medium; `data.<key>` for the app's extra values. */
  name: string;
  /** Path from the content's root. */
  path: string[];
  source: string;
  escaping: Escaping;
  /** Line breaks become spaces: they have no place here, and in a mail header they would be an injection. */
  isSingleLine: boolean;
}

/** Texts of media that are shown by browsers, apps and sites. */
const shown: { name: string; escaping: Escaping; isSingleLine: boolean }[] = [
  { name: 'title', escaping: 'none', isSingleLine: true },
  { name: 'body', escaping: 'none', isSingleLine: false },
  { name: 'iconUrl', escaping: 'none', isSingleLine: true },
  { name: 'imageUrl', escaping: 'none', isSingleLine: true },
  { name: 'url', escaping: 'none', isSingleLine: true },
];

const kinds: Record<ContentMedium, { name: string; escaping: Escaping; isSingleLine: boolean }[]> = {
  MOBILE_PUSH: [
    { name: 'title', escaping: 'none', isSingleLine: true },
    { name: 'body', escaping: 'none', isSingleLine: false },
    { name: 'url', escaping: 'none', isSingleLine: true },
    { name: 'imageUrl', escaping: 'none', isSingleLine: true },
    { name: 'subtitle', escaping: 'none', isSingleLine: true },
    { name: 'iconUrl', escaping: 'none', isSingleLine: true },
    { name: 'page', escaping: 'html', isSingleLine: false },
    { name: 'coverTitle', escaping: 'none', isSingleLine: true },
    { name: 'coverBody', escaping: 'none', isSingleLine: false },
  ],
  EMAIL: [
    { name: 'fromName', escaping: 'none', isSingleLine: true },
    { name: 'replyToName', escaping: 'none', isSingleLine: true },
    { name: 'subject', escaping: 'none', isSingleLine: true },
    { name: 'preheader', escaping: 'html', isSingleLine: true },
    { name: 'html', escaping: 'html', isSingleLine: false },
    { name: 'text', escaping: 'none', isSingleLine: false },
  ],
  SMS: [
    { name: 'from', escaping: 'none', isSingleLine: true },
    { name: 'text', escaping: 'none', isSingleLine: false },
  ],
  WEB_PUSH: shown,
  INBOX: shown,
  IN_APP: [...shown, { name: 'html', escaping: 'html', isSingleLine: false }],
};

/** Every text of the content that may hold placeholders and is not empty. */
export function fieldsOf(content: CampaignContent): ContentField[] {
  return mediaOf(content).flatMap((medium) => {
    const parent = contentFields[medium];
    const texts = Object.entries(content[parent] ?? {});
    const fields = kinds[medium].flatMap((kind) => {
      const source = texts.find(([name]) => name === kind.name)?.[1];
      return typeof source === 'string' && source !== ''
        ? [{ ...kind, medium, source, path: [parent, kind.name] }]
        : [];
    });
    return [...fields, ...dataFields(content, medium), ...buttonFields(content, medium)];
  });
}

function buttonFields(content: CampaignContent, medium: ContentMedium): ContentField[] {
  if (medium !== 'MOBILE_PUSH' && medium !== 'WEB_PUSH' && medium !== 'IN_APP') return [];
  const parent = contentFields[medium];
  return (content[parent]?.buttons ?? []).flatMap((button, index) =>
    (['label', 'url'] as const).flatMap((part): ContentField[] => {
      const path = [parent, 'buttons', String(index), part];
      const name = path.slice(1).join('.');
      const source = button[part];
      return source ? [{ medium, name, path, source, escaping: 'none', isSingleLine: true }] : [];
    }),
  );
}

function dataFields(content: CampaignContent, medium: ContentMedium): ContentField[] {
  if (medium !== 'MOBILE_PUSH') return [];
  return Object.entries(content.mobilePush?.data ?? {}).map(([key, source]) => ({
    medium,
    name: `data.${key}`,
    path: ['mobilePush', 'data', key],
    source,
    escaping: 'none',
    isSingleLine: false,
  }));
}
