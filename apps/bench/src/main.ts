import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { benchEvents } from './events/bench-events';
import { benchExecution } from './execution/bench-execution';
import { profileInto } from './processes';
import { benchRender } from './render/bench-render';
import { type BenchRow, report } from './report';
import { benchSegments } from './segments/bench-segments';
import { benchStop } from './stop/bench-stop';
import { benchSync } from './sync/bench-sync';
import { benchOneWorker } from './triggered/bench-one-worker';
import { benchTriggered } from './triggered/bench-triggered';

const million = 1_000_000;

/** Each bench with the people, requests or rows it is run with unless `--customers` says otherwise. */
const benches: Record<string, { run: (of: { customers: number }) => Promise<BenchRow[]>; customers: number }> = {
  execution: { run: benchExecution, customers: million },
  events: { run: benchEvents, customers: 100_000 },
  segments: { run: benchSegments, customers: million },
  sync: { run: benchSync, customers: million },
  triggered: { run: benchTriggered, customers: million },
  'one-worker': { run: benchOneWorker, customers: 100_000 },
  render: { run: benchRender, customers: 100_000 },
  stop: { run: benchStop, customers: 200_000 },
};

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'string' }, customers: { type: 'string' }, profile: { type: 'string' } },
  });
  const [name] = positionals;
  const bench = name === undefined ? undefined : benches[name];
  const customers = Number(values.customers ?? bench?.customers);
  if (!bench || !Number.isInteger(customers) || customers < 1) {
    console.log(
      `Benches: ${Object.keys(benches).join(', ')}\nnpm run bench -- NAME [--json FILE] [--customers N] [--profile FOLDER]`,
    );
    return name === undefined ? 0 : 2;
  }
  if (values.profile) profileInto(values.profile);
  return report(await bench.run({ customers }), values.json);
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(error.stack ?? error.message);
    process.exit(1);
  },
);
