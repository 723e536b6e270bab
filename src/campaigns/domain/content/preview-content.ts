import { type Choice, chooseContent } from './alternatives';
import type { MessageFields } from './assemble-message';
import { type CampaignContent, type ContentMedium, mediaOf } from './campaign-content';
import { compileContent } from './compile-content';
import { fieldsOf } from './content-fields';
import type { Finding } from './finding';
import { expandSnippets } from './snippets';
import { compileText } from './text-template';
import { errorsOf, validateContent } from './validate-content';

/** What one person would get over one medium, or why nothing. */
export interface MediumPreview {
  medium: ContentMedium;
  message: MessageFields | null;
  problem: string | null;
  /** Whether a placeholder of it has no sample value, so that the message of a person may be longer. */
  isOpen: boolean;
}

/** Content rendered with sample values. */
export interface ContentPreview {
  media: MediumPreview[];
  /** Placeholders that the sample values leave out, as they are written in the content. */
  missing: string[];
  /** Errors of the content; nothing is rendered while there are any. */
  errors: Finding[];
}

/** Whom a preview is for. */
export interface PreviewPerson extends Choice {
  /** Stored values of a profile; samples come before them. */
  stored?: Record<string, unknown>;
}

/** Renders content for one person, made up or not. Names of samples are as in the content: `FIRST_NAME`, `user.first_name`. */
export function previewContent(
  content: CampaignContent,
  samples: ReadonlyMap<string, string>,
  { stored = {}, ...choice }: PreviewPerson = { language: null, variant: null },
): ContentPreview {
  const { findings, placeholders } = validateContent(content);
  const errors = errorsOf(findings);
  const names = [...placeholders.optimove, ...placeholders.stored.map((name) => `user.${name}`)];
  const person = toPerson(
    choice.language ? new Map([...samples, ['user.language', choice.language]]) : samples,
    stored,
  );
  const missing = names.filter((name) => isMissing(person, name));
  if (errors.length > 0) return { media: [], missing, errors };
  const compiled = compileContent(content);
  const media = mediaOf(content).map((medium): MediumPreview => {
    const [outcome] = compiled.renderSlice(medium, [person], [choice.variant]);
    const isOpen = placeholdersOf(chooseContent(content, choice), medium).some((name) => isMissing(person, name));
    if (outcome?.ok) return { medium, message: outcome.message, problem: null, isOpen };
    return { medium, message: null, problem: outcome?.detail ?? 'Nothing was rendered', isOpen };
  });
  return { media, missing, errors };
}

function placeholdersOf(content: CampaignContent, medium: ContentMedium): string[] {
  const names = new Set<string>();
  for (const field of fieldsOf(content).filter((each) => each.medium === medium)) {
    const { references } = compileText(expandSnippets(field.source, content.snippets ?? {}), field.escaping);
    for (const name of references.optimove) names.add(name);
    for (const name of references.stored) names.add(`user.${name}`);
  }
  return [...names];
}

function isMissing(person: Person, name: string): boolean {
  const value = name.startsWith('user.') ? person.user[name.slice(5)] : person[name];
  return value === undefined || value === null || value === '';
}

interface Person extends Record<string, unknown> {
  user: Record<string, unknown>;
}

function toPerson(samples: ReadonlyMap<string, string>, profile: Record<string, unknown>): Person {
  const isStored = (name: string): boolean => name.startsWith('user.');
  const user = [...samples].filter(([name]) => isStored(name)).map(([name, value]) => [name.slice(5), value]);
  const bare = [...samples].filter(([name]) => !isStored(name));
  const stored: Record<string, unknown> = { ...profile, ...Object.fromEntries(user) };
  return { ...stored, ...Object.fromEntries(bare), user: stored };
}
