import { alternativeFields, checkAlternatives } from './alternative-rules';
import { type CampaignContent, mediaOf } from './campaign-content';
import { type ContentField, fieldsOf } from './content-fields';
import { checkFields } from './field-rules';
import type { Finding } from './finding';
import { expandSnippets, type SnippetTexts } from './snippets';
import { TemplateFault } from './template-fault';
import { compileText } from './text-template';

/** Placeholders of some content, sorted. */
export interface Placeholders {
  /** Asked from Optimove for each execution. */
  optimove: string[];
  /** Stored attributes, written `user.<name>`. */
  stored: string[];
}

/** Everything that can be said about content before it is launched. */
export interface ContentReport {
  findings: Finding[];
  placeholders: Placeholders;
}

const storedNames = new Set([
  'user_id',
  'email',
  'mobile_number',
  'language',
  'timezone',
  'email_subscription',
  'sms_subscription',
  'country',
]);

/** Where values come from. */
export interface ValueSources {
  /** The names that `user.` can stand before besides those that every profile has; absent: nothing is said of unknown ones. */
  attributes?: ReadonlySet<string>;
  /** Nobody asks Optimove: every name is that of a stored attribute. */
  isDirect?: boolean;
}

/** Checks content; paths of findings start below the content. */
export function validateContent(content: CampaignContent, sources: ValueSources = {}): ContentReport {
  const { attributes, isDirect = false } = sources;
  const optimove = new Set<string>();
  const stored = new Set<string>();
  const findings = [...checkFields(content), ...checkAlternatives(content)].filter(
    ({ code }) => !(isDirect && code === 'SECOND_CONTROL_GROUP'),
  );
  if (mediaOf(content).length === 0) {
    findings.push({ path: [], code: 'REQUIRED', severity: 'ERROR', message: 'Write content for at least one medium' });
  }
  for (const field of [...fieldsOf(content), ...alternativeFields(content)]) {
    const { findings: own, references } = checkTemplate(field, content.snippets ?? {});
    findings.push(...own.filter(({ code }) => !(isDirect && code === 'STORED_NAME_IS_BARE')));
    if (attributes) {
      const bareNames = isDirect ? [...references.optimove] : [];
      const written = [...[...references.stored].map((name) => `user.${name}`), ...bareNames];
      findings.push(...unknownNames(field, { written, attributes }));
    }
    for (const name of references.optimove) optimove.add(name);
    for (const name of references.stored) stored.add(name);
  }
  return { findings, placeholders: { optimove: [...optimove].sort(), stored: [...stored].sort() } };
}

/** The findings that forbid a launch. */
export function errorsOf(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ severity }) => severity === 'ERROR');
}

interface Checked {
  findings: Finding[];
  references: { optimove: Iterable<string>; stored: Iterable<string> };
}

function checkTemplate(field: ContentField, snippets: SnippetTexts): Checked {
  try {
    const { references, usesLegacyFallback } = compileText(expandSnippets(field.source, snippets), field.escaping);
    const findings = [...references.optimove].filter((name) => storedNames.has(name)).map((name) => bare(field, name));
    if (usesLegacyFallback) findings.push(legacy(field));
    return { findings, references };
  } catch (error) {
    if (!(error instanceof TemplateFault)) throw error;
    return { findings: [fault(field, error)], references: { optimove: [], stored: [] } };
  }
}

function fault({ path }: ContentField, { code, line, message }: TemplateFault): Finding {
  const where = line === null ? '' : `Line ${line}: `;
  return { path, code, severity: 'ERROR', message: `${where}${message}` };
}

function bare({ path }: ContentField, name: string): Finding {
  const message = `{{ ${name} }} is asked from Optimove; for the stored value write {{ user.${name} }}`;
  return { path, code: 'STORED_NAME_IS_BARE', severity: 'WARNING', message };
}

function unknownNames(
  { path }: ContentField,
  { written, attributes }: { written: string[]; attributes: ReadonlySet<string> },
): Finding[] {
  return written.flatMap((each): Finding[] => {
    const name = each.replace(/^user\./, '');
    if (storedNames.has(name) || attributes.has(name)) return [];
    const message = `No profile attribute is called "${name}", so {{ ${each} }} has a value for nobody`;
    return [{ path, code: 'UNKNOWN_ATTRIBUTE', severity: 'WARNING', message }];
  });
}

function legacy({ path }: ContentField): Finding {
  const message = 'The fallback "||" is old syntax; write {{ name | default("…") }}';
  return { path, code: 'LEGACY_SYNTAX', severity: 'WARNING', message };
}
