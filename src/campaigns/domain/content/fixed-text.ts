import { type Piece, splitPlainTemplate } from './plain-template';
import { isTemplate } from './text-template';

const print = /\{\{[\s\S]*?\}\}|\{#[\s\S]*?#\}/g;

/**
 * What everybody gets of a text, whatever the values: what is rendered takes at least as many characters, bytes and
 * parts. Of a choice it is as long as the shortest side; of loops and the like nothing is said.
 */
export function fixedText(source: string): string {
  if (!isTemplate(source)) return source;
  const pieces = splitPlainTemplate(source);
  if (pieces) return shortest(pieces);
  if (source.includes('{%')) return '';
  const literals = source.split(print);
  // A dash in the braces takes the spaces beside them away.
  return (/\{\{-|-\}\}/.test(source) ? literals.map((literal) => literal.trim()) : literals).join('');
}

function shortest(pieces: readonly Piece[]): string {
  return pieces
    .map((piece) => {
      if (typeof piece === 'string') return piece;
      if (!('branches' in piece)) return '';
      const lengths = piece.branches.map((branch) => shortest(branch.pieces).length);
      const hasElse = piece.branches.some(({ test }) => test === null);
      // Letters that every alphabet has: the sides may differ in what theirs cost.
      return hasElse ? 'x'.repeat(Math.min(...lengths)) : '';
    })
    .join('');
}
