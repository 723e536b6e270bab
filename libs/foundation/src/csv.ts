const needsQuotes = /[",\r\n]/;
const startsFormula = /^[=+\-@\t\r]/;

/** One CSV line (RFC 4180). A cell that a spreadsheet would run as a formula is prefixed with an apostrophe. */
export function csvLine(cells: (string | null)[]): string {
  return `${cells.map(toCell).join(',')}\r\n`;
}

function toCell(value: string | null): string {
  if (value === null) return '';
  const safe = startsFormula.test(value) ? `'${value}` : value;
  return needsQuotes.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
