import { type ContentAlternative, type ContentVariant, keyOf, withTexts } from './alternatives';
import type { CampaignContent } from './campaign-content';
import { type ContentField, fieldsOf } from './content-fields';
import { checkFields } from './field-rules';
import { Findings } from './findings';
import { messageLimits as limits } from './message-limits';

const languageCode = /^[a-z]{2,3}(?:[-_][a-z0-9]{2,8}){0,3}$/i;
const variantName = /^[\w -]{1,40}$/;

/** Checks variants and the texts of languages and variants, each with the rules of the text that it replaces. */
export function checkAlternatives(content: CampaignContent): Findings['all'] {
  const findings = new Findings();
  checkVariants(findings, content);
  const known = new Set(fieldsOf(content).map(({ path }) => path.join('.')));
  const keys = (content.alternatives ?? []).map(({ language, variant }) => keyOf(language, variant));
  (content.alternatives ?? []).forEach((alternative, index) => {
    const at = ['alternatives', String(index)];
    checkFor(findings, at, { alternative, variants: content.variants ?? [] });
    if (keys.indexOf(keys[index] ?? '') !== index) {
      findings.add(at, 'INVALID', 'Another alternative is for the same language and variant; put the texts together');
    }
    checkTexts(findings, at, { alternative, known });
    checkReplaced(findings, at, { alternative, content });
  });
  return findings.all;
}

/** The texts of all alternatives, as fields of their own paths. */
export function alternativeFields(content: CampaignContent): ContentField[] {
  return (content.alternatives ?? []).flatMap(({ texts }, index) => {
    const wanted = new Map(texts.map(({ path }, position) => [path, String(position)]));
    return fieldsOf(withTexts(content, texts)).flatMap((field) => {
      const position = wanted.get(field.path.join('.'));
      return position ? [{ ...field, path: ['alternatives', String(index), 'texts', position, 'text'] }] : [];
    });
  });
}

function checkVariants(findings: Findings, { variants, alternatives = [] }: CampaignContent): void {
  if (!variants) return;
  const names = variants.map(({ name }) => name);
  if (variants.length < 2 || variants.length > limits.variants) {
    findings.add(['variants'], 'INVALID', `Write 2 to ${limits.variants} variants, or none`);
  }
  variants.forEach(({ name, percent }, index) => {
    const at = ['variants', String(index)];
    if (!variantName.test(name))
      findings.add([...at, 'name'], 'INVALID', 'A name has letters, digits, "_" and "-", at most 40');
    if (names.indexOf(name) !== index) findings.add([...at, 'name'], 'INVALID', 'Another variant has this name');
    if (!Number.isInteger(percent) || percent < 1)
      findings.add([...at, 'percent'], 'INVALID', 'Write a whole number from 1');
    if (index > 0 && !alternatives.some(({ variant }) => variant === name)) {
      findings.add(at, 'REQUIRED', 'It has no texts of its own: its people get those of the first variant', 'WARNING');
    }
  });
  const sum = variants.reduce((total, { percent }) => total + percent, 0);
  if (sum !== 100) findings.add(['variants'], 'INVALID', `The shares must be 100 together; they are ${sum}`);
}

function checkFor(
  findings: Findings,
  at: string[],
  { alternative, variants }: { alternative: ContentAlternative; variants: ContentVariant[] },
): void {
  const { language, variant } = alternative;
  if (!language && !variant) findings.add(at, 'REQUIRED', 'Say for which language or variant it is');
  if (language && !languageCode.test(language)) {
    findings.add([...at, 'language'], 'INVALID', 'Write a language as BCP 47 does, e.g. de or pt-BR');
  }
  if (variant && !variants.some(({ name }) => name === variant)) {
    findings.add([...at, 'variant'], 'INVALID', `There is no variant "${variant}"`);
  }
}

function checkTexts(
  findings: Findings,
  at: string[],
  { alternative, known }: { alternative: ContentAlternative; known: ReadonlySet<string> },
): void {
  const paths = alternative.texts.map(({ path }) => path);
  if (paths.length === 0) findings.add([...at, 'texts'], 'REQUIRED', 'Write at least one text');
  paths.forEach((path, index) => {
    const place = [...at, 'texts', String(index), 'path'];
    if (!known.has(path)) findings.add(place, 'INVALID', `The content has no text at "${path}" that could be replaced`);
    else if (paths.indexOf(path) !== index) findings.add(place, 'INVALID', 'This text is replaced twice');
  });
}

function checkReplaced(
  findings: Findings,
  at: string[],
  { alternative, content }: { alternative: ContentAlternative; content: CampaignContent },
): void {
  const own = checkFields(withTexts(content, alternative.texts));
  for (const { path, code, message, severity } of own) {
    // What is wrong with the whole message is said at the first text of it that was replaced.
    const position = alternative.texts.findIndex(
      (text) => text.path === path.join('.') || (path.length === 1 && text.path.startsWith(`${path[0]}.`)),
    );
    if (position >= 0) findings.add([...at, 'texts', String(position), 'text'], code, message, severity);
  }
}
