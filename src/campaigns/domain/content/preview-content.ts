import type { Choice } from './alternatives';
import type { MessageFields } from './assemble-message';
import { type CampaignContent, type ContentMedium, mediaOf } from './campaign-content';
import { compileContent } from './compile-content';
import type { Finding } from './finding';
import { errorsOf, validateContent } from './validate-content';

/** What one person would get over one medium, or why nothing. */
export interface MediumPreview {
  medium: ContentMedium;
  message: MessageFields | null;
  problem: string | null;
}

/** Content rendered with sample values. */
export interface ContentPreview {
  media: MediumPreview[];
  /** Placeholders that the sample values leave out, as they are written in the content. */
  missing: string[];
  /** Errors of the content; nothing is rendered while there are any. */
  errors: Finding[];
}

/** Renders content for one made-up person. Names of values are as in the content: `FIRST_NAME`, `user.first_name`. */
export function previewContent(
  content: CampaignContent,
  samples: ReadonlyMap<string, string>,
  choice: Choice = { language: null, variant: null },
): ContentPreview {
  const { findings, placeholders } = validateContent(content);
  const errors = errorsOf(findings);
  const names = [...placeholders.optimove, ...placeholders.stored.map((name) => `user.${name}`)];
  const missing = names.filter((name) => !samples.get(name));
  if (errors.length > 0) return { media: [], missing, errors };
  const person = toPerson(choice.language ? new Map([...samples, ['user.language', choice.language]]) : samples);
  const compiled = compileContent(content);
  const media = mediaOf(content).map((medium): MediumPreview => {
    const [outcome] = compiled.renderSlice(medium, [person], [choice.variant]);
    if (outcome?.ok) return { medium, message: outcome.message, problem: null };
    return { medium, message: null, problem: outcome?.detail ?? 'Nothing was rendered' };
  });
  return { media, missing, errors };
}

function toPerson(samples: ReadonlyMap<string, string>): Record<string, unknown> {
  const isStored = (name: string): boolean => name.startsWith('user.');
  const user = [...samples].filter(([name]) => isStored(name)).map(([name, value]) => [name.slice(5), value]);
  const bare = [...samples].filter(([name]) => !isStored(name));
  const stored: Record<string, unknown> = Object.fromEntries(user);
  return { ...stored, ...Object.fromEntries(bare), user: stored };
}
