import { escapeHtml } from './escape-html';
import type { Escaping } from './template-engine';

/** A literal piece of a text, or a placeholder in it. */
type Piece = string | Placeholder;

interface Placeholder {
  /** As written, such as `user.city`. */
  path: string;
  name: string;
  isStored: boolean;
  fallback: string | null;
}

/** What came of joining: the text, and the placeholders that had neither value nor fallback. */
export interface JoinedText {
  text: string;
  missing: ReadonlySet<string>;
}

const print = /\{\{\s*((?:user\.)?([A-Za-z_]\w*))\s*(?:\|\s*default\(\s*(?:"([^"\\#]*)"|'([^'\\]*)')\s*\)\s*)?\}\}/g;
const keywords = new Set(['true', 'false', 'null', 'none', 'not', 'loop', 'user']);
const nothing: ReadonlySet<string> = new Set();

/**
 * Most texts are words with plain placeholders in between. Those are joined here, with the same result as the engine
 * gives and at a small part of its cost; for anything more this returns null.
 * @param source a template that the engine has parsed and checked.
 */
export function splitPlainTemplate(source: string): Piece[] | null {
  const pieces: Piece[] = [];
  let position = 0;
  for (const match of source.matchAll(print)) {
    const [whole, path = '', name = '', double, single] = match;
    if (keywords.has(name.toLowerCase())) return null;
    pieces.push(source.slice(position, match.index));
    pieces.push({ path, name, isStored: path.startsWith('user.'), fallback: double ?? single ?? null });
    position = match.index + whole.length;
  }
  pieces.push(source.slice(position));
  return pieces.some((piece) => typeof piece === 'string' && /\{[{%#]/.test(piece)) ? null : pieces;
}

/** Joins the pieces with one person's values; null where a value is of a kind that is left to the engine. */
export function joinText(
  pieces: readonly Piece[],
  values: ReadonlyMap<string, unknown>,
  escaping: Escaping,
): JoinedText | null {
  const escapeValue = escaping === 'html' ? escapeHtml : String;
  let text = '';
  let missing: Set<string> | null = null;
  const stored = values.get('user');
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      text += piece;
      continue;
    }
    const value = piece.isStored
      ? stored instanceof Map
        ? stored.get(piece.name)
        : undefined
      : values.get(piece.name);
    const isMissing = value === undefined || value === null || value === '';
    if (!isMissing && typeof value !== 'string') return null;
    if (isMissing && piece.fallback === null) missing = (missing ?? new Set()).add(piece.path);
    else text += escapeValue(isMissing ? (piece.fallback ?? '') : value);
  }
  return { text, missing: missing ?? nothing };
}
