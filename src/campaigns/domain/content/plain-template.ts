/** A literal piece of a text, a placeholder in it, or a choice between pieces. */
export type Piece = string | Placeholder | Branches;

/** Where a value stands. */
export interface Place {
  /** As written, such as `user.city`. */
  path: string;
  name: string;
  isStored: boolean;
}

/** A value to print. */
export interface Placeholder extends Place {
  fallback: string | null;
}

/** What a value is asked for; without an operator whether it is there. */
export interface Test extends Place {
  operator: string;
  operand: string | number;
}

/** Pieces of which the first whose test holds are used; a test that is null always does. */
export interface Branches {
  branches: { test: Test | null; pieces: Piece[] }[];
}

const path = (as: string): string => String.raw`(?<${as}>(?:user\.)?[A-Za-z_]\w*)`;
const quoted = (as: string): string => String.raw`(?:"(?<${as}Double>[^"\\#]*)"|'(?<${as}Single>[^'\\]*)')`;
const print = String.raw`\{\{\s*${path('printed')}\s*(?:\|\s*default\(\s*${quoted('fallback')}\s*\)\s*)?\}\}`;
const comparison = String.raw`(?:(?<order>>=|<=|>|<)\s*(?<number>\d+(?:\.\d+)?)|(?<equality>==|!=)\s*${quoted('operand')})`;
// The engine takes the line break after a tag away.
const tag = String.raw`\{%\s*(?:(?<keyword>if|elseif)\s+${path('tested')}\s*${comparison}?|(?<other>else|endif))\s*%\}\n?`;
const token = new RegExp(`${print}|${tag}`, 'g');
const keywords = new Set(['true', 'false', 'null', 'none', 'not', 'loop', 'user']);

/**
 * Reads a template of words, plain placeholders and plain conditions; null for anything more.
 * @param source a template that the engine has parsed and checked.
 */
export function splitPlainTemplate(source: string): Piece[] | null {
  // Where there are conditions the engine would make line breaks alike.
  if (source.includes('\r') && source.includes('{%')) return null;
  const reading = new Reading();
  let position = 0;
  for (const match of source.matchAll(token)) {
    reading.add(source.slice(position, match.index));
    if (!reading.take(match.groups ?? {})) return null;
    position = match.index + match[0].length;
  }
  reading.add(source.slice(position));
  return isPlain(reading.root) ? reading.root : null;
}

type Groups = Record<string, string | undefined>;

/** A template on its way into pieces; the engine has checked that its tags belong together. */
class Reading {
  readonly root: Piece[] = [];
  private pieces = this.root;
  private readonly open: { branches: Branches['branches']; around: Piece[] }[] = [];

  add(piece: Piece): void {
    if (piece !== '') this.pieces.push(piece);
  }

  /** False for a name that means something to the engine. */
  take(groups: Groups): boolean {
    const { printed, tested, keyword, other, fallbackDouble, fallbackSingle } = groups;
    const place = placeOf(printed ?? tested ?? '');
    if (keywords.has(place.name.toLowerCase())) return false;
    if (printed !== undefined) this.add({ ...place, fallback: fallbackDouble ?? fallbackSingle ?? null });
    else if (other === 'endif') this.pieces = this.open.pop()?.around ?? this.root;
    else this.branch(keyword, other === 'else' ? null : testOf(place, groups));
    return true;
  }

  private branch(keyword: string | undefined, test: Test | null): void {
    const branch = { test, pieces: [] };
    if (keyword === 'if') {
      const branches = [branch];
      this.pieces.push({ branches });
      this.open.push({ branches, around: this.pieces });
    } else this.open.at(-1)?.branches.push(branch);
    this.pieces = branch.pieces;
  }
}

function placeOf(path: string): Place {
  const isStored = path.startsWith('user.');
  return { path, name: isStored ? path.slice(5) : path, isStored };
}

function testOf(place: Place, { order, number, equality, operandDouble, operandSingle }: Groups): Test {
  const operand = number === undefined ? (operandDouble ?? operandSingle ?? '') : Number(number);
  return { ...place, operator: order ?? equality ?? '', operand };
}

/** Whether nothing for the engine was left in a literal piece. */
function isPlain(pieces: Piece[]): boolean {
  return pieces.every((piece) => {
    if (typeof piece === 'string') return !/\{[{%#]/.test(piece);
    return !('branches' in piece) || piece.branches.every((branch) => isPlain(branch.pieces));
  });
}
