import { escapeHtml } from './escape-html';
import type { Piece, Place, Test } from './plain-template';
import type { Escaping } from './template-engine';

/** What came of joining: the text, and the placeholders that had neither value nor fallback. */
export interface JoinedText {
  text: string;
  missing: ReadonlySet<string>;
}

const nothing: ReadonlySet<string> = new Set();

/**
 * Most texts are words with plain placeholders and conditions in between. Those are joined here, with the same result as
 * the engine gives and at a small part of its cost; null where a value is of a kind that is left to the engine.
 */
export function joinText(
  pieces: readonly Piece[],
  values: ReadonlyMap<string, unknown>,
  escaping: Escaping,
): JoinedText | null {
  const joining = new Joining(values, escaping === 'html' ? escapeHtml : String);
  return joining.join(pieces) ? { text: joining.text, missing: joining.missing ?? nothing } : null;
}

class Joining {
  text = '';
  missing: Set<string> | null = null;
  private readonly stored: unknown;

  constructor(
    private readonly values: ReadonlyMap<string, unknown>,
    private readonly escapeValue: (value: string) => string,
  ) {
    this.stored = values.get('user');
  }

  /** False as soon as a value is for the engine. */
  join(pieces: readonly Piece[]): boolean {
    for (const piece of pieces) {
      if (typeof piece === 'string') this.text += piece;
      else if (!('branches' in piece)) {
        const value = this.valueOf(piece);
        const isMissing = value === undefined || value === null || value === '';
        if (!isMissing && typeof value !== 'string') return false;
        if (isMissing && piece.fallback === null) this.missing = (this.missing ?? new Set()).add(piece.path);
        else this.text += this.escapeValue(isMissing ? (piece.fallback ?? '') : value);
      } else {
        const chosen = this.choose(piece.branches);
        if (chosen === null || !this.join(chosen)) return false;
      }
    }
    return true;
  }

  /** The pieces of the first branch whose test holds; null when a test is for the engine. */
  private choose(branches: { test: Test | null; pieces: Piece[] }[]): Piece[] | null {
    for (const { test, pieces } of branches) {
      const holds = test === null || this.holds(test);
      if (holds === null) return null;
      if (holds) return pieces;
    }
    return [];
  }

  private holds(test: Test): boolean | null {
    const value = this.valueOf(test);
    const { operator, operand } = test;
    if (operator === '' && (value === undefined || value === null)) return false;
    if (typeof value !== 'string') return null;
    if (operator === '') return value !== '' && value !== '0';
    if (operator === '==') return value === operand;
    if (operator === '!=') return value !== operand;
    const number = Number(value);
    if (operator === '>') return number > (operand as number);
    if (operator === '<') return number < (operand as number);
    return operator === '>=' ? number >= (operand as number) : number <= (operand as number);
  }

  private valueOf({ name, isStored }: Place): unknown {
    if (!isStored) return this.values.get(name);
    return this.stored instanceof Map ? this.stored.get(name) : undefined;
  }
}
