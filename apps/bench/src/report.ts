import { writeFileSync } from 'node:fs';

/** One comparison of a bench. */
export interface BenchRow {
  name: string;
  ours: number;
  bare: number;
  /** ours / bare. */
  ratio: number;
  bar: number;
  /** Whether the ratio must be at least the bar, or at most. */
  must: 'reach' | 'stay under';
  pass: boolean;
}

/** Makes a row. */
export function compare(row: Omit<BenchRow, 'ratio' | 'pass'>): BenchRow {
  const ratio = row.ours / row.bare;
  return { ...row, ratio, pass: row.must === 'reach' ? ratio >= row.bar : ratio <= row.bar };
}

/** Makes a row of something that must not happen at all. */
export function never(name: string, count: number): BenchRow {
  return { name, ours: count, bare: 0, ratio: count, bar: 0, must: 'stay under', pass: count === 0 };
}

/** Prints the table, writes it as JSON when asked, and returns the exit code: 1 when a bar is missed. */
export function report(rows: BenchRow[], jsonFile: string | undefined): number {
  console.table(
    rows.map(({ name, ours, bare, ratio, bar, must, pass }) => ({
      what: name,
      ours: Math.round(ours),
      bare: Math.round(bare),
      ratio: ratio.toFixed(2),
      bar: `${must === 'reach' ? '≥' : '≤'} ${bar}`,
      pass: pass ? 'yes' : 'NO',
    })),
  );
  if (jsonFile) {
    const plain = rows.map(({ name, ours, bare, ratio, bar, pass }) => ({ name, ours, bare, ratio, bar, pass }));
    writeFileSync(jsonFile, `${JSON.stringify(plain, null, 2)}\n`);
  }
  return rows.every(({ pass }) => pass) ? 0 : 1;
}
