import { writeFileSync } from 'node:fs';
import type { PlacedFault } from '../faults/record';
import type { Verdict } from './judge';

/** A drill that is over. */
export interface Run {
  seed: number;
  backend: string;
  planned: number;
  faults: PlacedFault[];
  /** Slices that a fault hit. */
  slices: number;
  endedByThemselves: number;
}

/** One bar of a drill. */
interface Bar {
  name: string;
  value: number;
  bar: number;
  pass: boolean;
  /** The first offenders. */
  examples: string[];
}

const fewExamples = 5;
const sliceSize = 100;

/** Prints what happened, writes it as JSON when asked, and returns the exit code: 1 when a bar is missed. */
export function report(run: Run, verdict: Verdict, jsonFile: string | undefined): number {
  const bars = barsOf(run, verdict);
  printFaults(run.faults);
  printPeople(verdict);
  for (const { name, isTicking, detail } of verdict.clocks)
    console.log(`clock ${isTicking ? 'ticks ' : 'STANDS'} ${name}: ${detail}`);
  console.table(bars.map(({ name, value, bar, pass }) => ({ what: name, value, bar, pass: pass ? 'yes' : 'NO' })));
  for (const { name, examples } of bars) for (const example of examples) console.log(`✗ ${name}: ${example}`);
  const passes = bars.every(({ pass }) => pass);
  if (jsonFile) writeFileSync(jsonFile, `${JSON.stringify(asJson(run, verdict, bars), null, 2)}\n`);
  return passes ? 0 : 1;
}

function barsOf(run: Run, verdict: Verdict): Bar[] {
  const { sink, ledger, lost, brokenSums, clocks } = verdict;
  const none = (name: string, offenders: string[]): Bar => ({
    name,
    value: offenders.length,
    bar: 0,
    pass: offenders.length === 0,
    examples: offenders.slice(0, fewExamples),
  });
  const least = (name: string, value: number, bar: number): Bar => ({
    name,
    value,
    bar,
    pass: value >= bar,
    examples: [],
  });
  const bound = run.slices * sliceSize + sink.doubted.size;
  const standing = clocks.flatMap(({ name, isTicking, detail }) => (isTicking ? [] : [`${name}: ${detail}`]));
  const onClaims = run.faults.filter(({ kind, claims }) => kind.startsWith('worker') && claims > 0).length;
  return [
    least('faults placed', run.faults.length, run.planned),
    least('of them on workers holding claims', onClaims, Math.ceil(run.planned / 2)),
    none('duplicates: the same delivery id stored twice', sink.repeatedIds),
    none('duplicates: one recipient, one address, two messages', sink.repeatedAddresses),
    none('lost: accepted in the ledger, not at the sink', ledger.acceptedButNotThere),
    none('lost: nobody heard, or no end', lost),
    none('denied: at the sink, not in the ledger', ledger.thereButDenied),
    none('conservation broken', brokenSums),
    {
      name: 'uncertain, at most hit slices × 100 + requests left open',
      value: ledger.uncertain,
      bar: bound,
      pass: ledger.uncertain <= bound,
      examples: [],
    },
    none('uncertain without a cause', ledger.unexplained),
    none(
      'never healed',
      run.faults.filter(({ healedAt }) => healedAt === null).map(({ number, kind }) => `${number} ${kind}`),
    ),
    none('clocks that stand', standing),
    none(
      'processes that ended by themselves',
      Array.from({ length: run.endedByThemselves }, () => 'see the logs'),
    ),
  ];
}

function printFaults(faults: PlacedFault[]): void {
  const kinds = [...new Set(faults.map(({ kind }) => kind))].sort();
  console.table(
    Object.fromEntries(
      kinds.map((kind) => {
        const own = faults.filter((fault) => fault.kind === kind);
        return [kind, { placed: own.length, ...claimColumns(own), ...healColumns(own) }];
      }),
    ),
  );
  const all = healColumns(faults);
  console.log(`time to self-heal: p50 ${all['heal p50 s']} s, max ${all['heal max s']} s`);
}

function claimColumns(faults: PlacedFault[]) {
  return {
    'holding claims': faults.filter(({ claims }) => claims > 0).length,
    claims: faults.reduce((sum, { claims }) => sum + claims, 0),
    slices: faults.reduce((sum, { slices }) => sum + slices.length, 0),
  };
}

function healColumns(faults: PlacedFault[]): { 'heal p50 s': string; 'heal max s': string } {
  const times = faults
    .flatMap(({ placedAt, healedAt }) => (healedAt === null ? [] : [healedAt - placedAt]))
    .sort((a, b) => a - b);
  const seconds = (ms: number | undefined): string => (ms === undefined ? '–' : (ms / 1_000).toFixed(1));
  return { 'heal p50 s': seconds(times[Math.floor(times.length / 2)]), 'heal max s': seconds(times.at(-1)) };
}

function printPeople({ ledger, sink, settledAfterMs }: Verdict): void {
  console.log(
    `${ledger.executions} executions, ${ledger.recipients} recipients, ${ledger.accepted} accepted, ${ledger.uncertain} uncertain, ` +
      `${sink.stored.size} at the sink; settled ${(settledAfterMs / 1_000).toFixed(1)} s after the last repair`,
  );
}

function asJson(run: Run, verdict: Verdict, bars: Bar[]): object {
  const { ledger, sink, settledAfterMs, clocks } = verdict;
  return {
    seed: run.seed,
    backend: run.backend,
    bars,
    faults: run.faults.map((fault) => ({ ...fault, slices: fault.slices.length })),
    clocks,
    executions: ledger.executions,
    recipients: ledger.recipients,
    accepted: ledger.accepted,
    uncertain: ledger.uncertain,
    storedAtSink: sink.stored.size,
    settledAfterMs,
  };
}
