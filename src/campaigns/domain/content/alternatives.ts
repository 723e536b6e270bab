import type { CampaignContent } from './campaign-content';
import { fieldsOf } from './content-fields';

/** One side of a split test. The first one has the content's own texts. */
export interface ContentVariant {
  name: string;
  /** Share of the people, in whole per cent; all shares together are 100. */
  percent: number;
}

/** Texts in the place of the content's own, for a language, a variant, or both at once. */
export interface ContentAlternative {
  /** As BCP 47 writes it, e.g. `pt-BR`. */
  language?: string;
  variant?: string;
  texts: AlternativeText[];
}

/** A text in another one's place. */
export interface AlternativeText {
  /** Which one: its path from the content's root, e.g. `mobilePush.title` or `webPush.buttons.0.label`. */
  path: string;
  text: string;
}

/** What a person gets a text for. */
export interface Choice {
  language: string | null;
  variant: string | null;
}

/** A language and what it falls back to, nearest first: `pt-BR` is `pt-br`, `pt`. */
export function languageChain(language: string): string[] {
  const parts = language.toLowerCase().replaceAll('_', '-').split('-');
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('-'));
}

/**
 * The content as one choice gets it. Language comes before variant, as a text that cannot be read is worth nothing: the
 * nearest language with the variant, the nearest language without, the variant in the default language, the own text.
 */
export function chooseContent(content: CampaignContent, { language, variant }: Choice): CampaignContent {
  const languages = language ? languageChain(language) : [];
  const wanted = [...languages.flatMap((each) => [keyOf(each, variant), keyOf(each)]), keyOf('', variant)];
  const byKey = new Map((content.alternatives ?? []).map((each) => [keyOf(each.language, each.variant), each]));
  return wanted.reverse().reduce((chosen, key) => withTexts(chosen, byKey.get(key)?.texts ?? []), content);
}

/** Content with some of its texts replaced; texts that it does not have are left out. */
export function withTexts(content: CampaignContent, texts: AlternativeText[]): CampaignContent {
  if (texts.length === 0) return content;
  const changed = structuredClone(content);
  const paths = new Map(fieldsOf(content).map(({ path }) => [path.join('.'), path]));
  for (const { path, text } of texts) setText(changed, paths.get(path) ?? [], text);
  return changed;
}

/** Under which key an alternative is found. */
export function keyOf(language: string | undefined, variant?: string | null): string {
  return `${languageChain(language ?? '')[0]}/${variant ?? ''}`;
}

function setText(content: CampaignContent, path: string[], text: string): void {
  const name = path.at(-1);
  const parent = path.slice(0, -1).reduce<unknown>((node, key) => Reflect.get(Object(node), key), content);
  if (name !== undefined) Reflect.set(Object(parent), name, text);
}
