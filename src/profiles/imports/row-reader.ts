/** A row of a file that can be stored, or why it cannot, and which column is to blame if it is one. */
export type ReadRow<T> = { row: T } | { reason: string; column?: string };

/** How the rows of one kind of file are read and stored. */
export interface FileKind<T> {
  kind: 'PROFILES' | 'DEVICES';
  requiredColumns: readonly string[];
  optionalColumns: readonly string[];
  /** Whether columns that it does not know are welcome. */
  takesOtherColumns: boolean;
  read(cells: Record<string, string>): ReadRow<T>;
  /** What makes two rows of a file the same. */
  keyOf(row: T): string;
  /** Two rows of the same key as one: the later one counts where it says something. */
  merge(earlier: T, later: T): T;
}

type Columns = Pick<FileKind<unknown>, 'requiredColumns' | 'optionalColumns' | 'takesOtherColumns'>;

const longestName = 100;

/** What is wrong with the header of a file, or null. */
export function headerProblem(columns: string[], kind: Columns): string | null {
  const known = [...kind.requiredColumns, ...kind.optionalColumns];
  for (const [index, column] of columns.entries()) {
    if (column === '') return `Column ${index + 1} has no name; name it or remove it`;
    if (column === '__proto__') return `Column ${index + 1} cannot be named __proto__; give it another name`;
    if (column.length > longestName) return `The name of column ${index + 1} is longer than ${longestName} characters`;
    if (columns.indexOf(column) !== index) return `The column ${column} is there twice; keep one of them`;
    const problem = spellingProblem(column, known);
    if (problem) return problem;
  }
  const missing = kind.requiredColumns.find((column) => !columns.includes(column));
  if (missing)
    return `The column ${missing} is missing; the first line must name the columns, known are ${known.join(', ')}`;
  const unknown = kind.takesOtherColumns ? undefined : columns.find((column) => !known.includes(column));
  return unknown === undefined ? null : `The column ${unknown} is not known; known are ${known.join(', ')}`;
}

/** What is wrong with a name that means a known one. A slip of the pen would otherwise become an attribute, and what it holds would be missed where it belongs. */
export function spellingProblem(column: string, known: string[]): string | null {
  const meant = known.find((name) => name !== column && lettersOf(name) === lettersOf(column));
  return meant ? `The column ${column} must be written ${meant}` : null;
}

const lettersOf = (name: string): string => name.toLowerCase().replaceAll(/[\s_-]/g, '');
