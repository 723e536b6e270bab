/** A row of a file that can be stored, or why it cannot. */
export type ReadRow<T> = { row: T } | { reason: string };

/** How the rows of one kind of file are read and stored. */
export interface FileKind<T> {
  kind: 'PROFILES' | 'DEVICES';
  requiredColumns: readonly string[];
  /** Other columns it knows; null when any other column is welcome. */
  optionalColumns: readonly string[] | null;
  read(cells: Record<string, string>): ReadRow<T>;
  /** What makes two rows of a file the same: the last one counts. */
  keyOf(row: T): string;
}

/** What is wrong with the header of a file, or null. */
export function headerProblem(
  columns: string[],
  kind: Pick<FileKind<unknown>, 'requiredColumns' | 'optionalColumns'>,
): string | null {
  const known = [...kind.requiredColumns, ...(kind.optionalColumns ?? [])].join(', ');
  const missing = kind.requiredColumns.find((column) => !columns.includes(column));
  if (missing) return `The column ${missing} is missing; the first line must name the columns, known are ${known}`;
  const repeated = columns.find((column, index) => columns.indexOf(column) !== index);
  if (repeated) return `The column ${repeated} is there twice; keep one of them`;
  if (columns.includes('')) return 'A column has no name; name it or remove it';
  if (!kind.optionalColumns) return null;
  const unknown = columns.find(
    (column) => !kind.requiredColumns.includes(column) && !kind.optionalColumns?.includes(column),
  );
  return unknown ? `The column ${unknown} is not known; known are ${known}` : null;
}
