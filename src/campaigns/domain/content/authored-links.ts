import { createHash } from 'node:crypto';
import type { CampaignContent } from './campaign-content';
import { expandSnippets } from './snippets';

/** A link as the author wrote it, placeholders and all: it names nobody. */
export interface AuthoredLink {
  medium: 'EMAIL' | 'SMS';
  /** The same for the same link. */
  id: string;
  /** Its place among the links of the medium, from 1. */
  position: number;
  link: string;
}

const longestLink = 2_048;
const mostOfMedium = 200;
const idLength = 11;

/** Links that are counted: of the web and of apps, or made of a placeholder that is none of ours. */
const isCounted = /^(?:[a-z][a-z0-9+.-]*:\/\/|\{%|\{\{(?!-?\s*system\.))/i;
const anchorStart = /<a\b[^>]*?\shref\s*=\s*(["'])/gi;
const isUntracked = /\sdata-track\s*=\s*["']off["']/i;
const placeholder = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/;

/**
 * The links of e-mails and the web addresses of texts in the order in which they stand there, alternatives after the
 * content's own; each once, at most 200 of a medium.
 */
export function authoredLinks(content: CampaignContent): AuthoredLink[] {
  const emails = textsAt(content, 'email.html', content.email?.html).flatMap(hrefsIn);
  const texts = content.sms?.hasShortLinks ? textsAt(content, 'sms.text', content.sms.text).flatMap(addressesIn) : [];
  return [...numbered('EMAIL', emails), ...numbered('SMS', texts)];
}

/** Finds the authored link that an address was made of: of those that fit the one that says most of it. */
export function linkFinder<T extends { link: string }>(links: readonly T[]): (address: string) => T | undefined {
  const patterns = links.map((link) => ({ link, literals: link.link.split(placeholder) }));
  patterns.sort((one, other) => lengthOf(other.literals) - lengthOf(one.literals));
  return (address) => patterns.find(({ literals }) => fits(literals, address))?.link;
}

function textsAt(content: CampaignContent, path: string, own: string | undefined): string[] {
  const others = (content.alternatives ?? []).flatMap(({ texts }) => texts.filter((each) => each.path === path));
  const sources = own === undefined ? [] : [own, ...others.map(({ text }) => text)];
  return sources.map((source) => expandSnippets(source, content.snippets ?? {}));
}

function numbered(medium: AuthoredLink['medium'], links: string[]): AuthoredLink[] {
  const counted = links.filter((link) => isCounted.test(link) && link.length <= longestLink);
  return [...new Set(counted)].slice(0, mostOfMedium).map((link, index) => {
    const id = createHash('sha256').update(link).digest('base64url').slice(0, idLength);
    return { medium, id, position: index + 1, link };
  });
}

function hrefsIn(html: string): string[] {
  return [...html.matchAll(anchorStart)].flatMap(({ 0: start, 1: quote = '"', index }) => {
    const from = index + start.length;
    const end = endOfLink(html, from, quote);
    const rest = html.slice(end, html.indexOf('>', end) + 1);
    return isUntracked.test(start + rest) ? [] : [html.slice(from, end).replaceAll('&amp;', '&').trim()];
  });
}

function addressesIn(text: string): string[] {
  const links: string[] = [];
  let end = 0;
  for (const { index } of text.matchAll(/https?:\/\//g)) {
    if (index < end) continue;
    end = endOfLink(text, index, '[\\s<>"]');
    links.push(text.slice(index, end).replace(/[.,;:!?)\]']+$/, ''));
  }
  return links;
}

/** Where a link that begins at `from` ends: at the first such sign outside placeholders. */
function endOfLink(source: string, from: number, sign: string): number {
  const signs = new RegExp(`\\{\\{|\\{%|${sign}`, 'g');
  signs.lastIndex = from;
  for (let found = signs.exec(source); found; found = signs.exec(source)) {
    const [opening] = found;
    if (opening.length === 1) return found.index;
    const closing = source.indexOf(opening === '{{' ? '}}' : '%}', signs.lastIndex);
    if (closing < 0) break;
    signs.lastIndex = closing + 2;
  }
  return source.length;
}

function lengthOf(literals: string[]): number {
  return literals.reduce((sum, { length }) => sum + length, 0);
}

/** Whether the literals stand in an address in their order, the first at its start and the last at its end. */
function fits(literals: string[], address: string): boolean {
  const [first = '', ...others] = literals;
  const last = others.pop();
  if (last === undefined) return first === address;
  if (!address.startsWith(first)) return false;
  let position = first.length;
  for (const literal of others) {
    const found = address.indexOf(literal, position);
    if (found < 0) return false;
    position = found + literal.length;
  }
  return address.length - last.length >= position && address.endsWith(last);
}
