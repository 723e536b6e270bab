import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const repository = join(__dirname, '..', '..');
const planted = join(__dirname, 'planted', 'imports');

/** A planted fault is a folder named after the rule it breaks, `<rule>` or `<rule>--<variant>`. */
export const plantedFaults = readdirSync(planted).filter((name) => name !== 'base');

/** The rule that a planted fault is to break. */
export const ruleOf = (fault: string): string => fault.split('--')[0] ?? fault;

/** One import that a rule forbids. */
export interface Violation {
  rule: string;
  from: string;
  to: string;
}

/** Lays every planted fault over a copy of the small well-built house and says what each copy breaks. */
export function violationsByFault(): Record<string, Violation[]> {
  const folder = mkdtempSync(join(tmpdir(), 'planted-'));
  try {
    const trees = ['base', ...plantedFaults].map((fault) => plant(folder, fault));
    const found = violationsOf(trees);
    return Object.fromEntries(['base', ...plantedFaults].map((fault) => [fault, found[join(folder, fault)] ?? []]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What each of these trees breaks. */
export function violationsOf(trees: string[]): Record<string, Violation[]> {
  const output = execFileSync(process.execPath, [join(__dirname, 'cruise.mjs'), ...trees], { encoding: 'utf8' });
  return JSON.parse(output) as Record<string, Violation[]>;
}

function plant(folder: string, fault: string): string {
  const tree = join(folder, fault);
  cpSync(join(planted, 'base'), tree, { recursive: true });
  cpSync(join(planted, fault), tree, { recursive: true });
  cpSync(join(repository, 'tsconfig.json'), join(tree, 'tsconfig.json'));
  symlinkSync(join(repository, 'node_modules'), join(tree, 'node_modules'));
  return tree;
}
