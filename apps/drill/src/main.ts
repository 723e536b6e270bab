import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { Drill } from './drill';
import type { PlacedFault } from './faults/record';
import { setStage } from './optimove/stage';
import type { Backend, PlannedFault } from './plan/fault';
import { makePlan } from './plan/make-plan';
import { runPostbackProof } from './postbacks/main';
import { Parts, stopOnSignal } from './servers/parts';
import { startWorld, type World, worldFolder } from './servers/world';
import { judge } from './verdict/judge';
import { report } from './verdict/report';

interface Options {
  seed: number;
  faults: number;
  people: number;
  minutes: number;
  backend: Backend;
  json: string | undefined;
}

const usage =
  'npm run drill -- [--seed S] [--faults N] [--people N] [--minutes M] [--backend postgres|redis] [--json FILE] [--plan]';

async function main(): Promise<number> {
  if (process.argv[2] === 'postbacks') return runPostbackProof(process.argv.slice(3));
  const { options, isPlanOnly } = readOptions();
  const plan = makePlan(options);
  console.log(`seed ${options.seed}, ${plan.length} faults, queues on ${options.backend}`);
  for (const fault of plan) console.log(`  ${describe(fault)}`);
  if (isPlanOnly) return 0;
  const parts = new Parts();
  stopOnSignal(parts);
  const folder = worldFolder();
  console.log(`logs in ${folder}`);
  try {
    return await drill(await startWorld(parts, options.backend, folder), plan, options);
  } finally {
    await parts.stop();
  }
}

async function drill(world: World, plan: PlannedFault[], options: Options): Promise<number> {
  const stage = await setStage(world, options);
  const startedAt = Date.now();
  const say = (fault: PlacedFault): void =>
    console.log(
      `${((Date.now() - startedAt) / 1_000).toFixed(0).padStart(5)} s  ${describe(fault)}, ${fault.claims} claims`,
    );
  const run = new Drill(world, stage, { seed: options.seed, say });
  const drilled = await run.run(plan, startedAt + options.minutes * 60_000);
  const verdict = await judge(world, drilled);
  await run.close();
  const { faults, hitSlices, endedByThemselves } = drilled;
  const summary = {
    seed: options.seed,
    backend: options.backend,
    planned: plan.length,
    faults,
    slices: hitSlices.size,
    endedByThemselves,
  };
  return report(summary, verdict, options.json);
}

function describe({ number, kind, lastsMs, worker, requests }: PlannedFault): string {
  const place = kind === 'worker-killed' || kind === 'worker-frozen' ? ` ${worker + 1}` : '';
  const length = lastsMs > 0 ? ` for ${(lastsMs / 1_000).toFixed(1)} s` : '';
  const count = requests > 0 ? `, ${requests} requests` : '';
  return `${String(number).padStart(3)} ${kind}${place}${length}${count}`;
}

function readOptions(): { options: Options; isPlanOnly: boolean } {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      faults: { type: 'string', default: '200' },
      people: { type: 'string', default: '10000' },
      minutes: { type: 'string', default: '120' },
      backend: { type: 'string', default: 'postgres' },
      json: { type: 'string' },
      plan: { type: 'boolean', default: false },
    },
  });
  const [seed, faults, people, minutes] = [values.seed, values.faults, values.people, values.minutes].map(Number);
  const isCount = (value: number | undefined): value is number => Number.isFinite(value) && Number(value) >= 1;
  const { backend } = values;
  if (!isCount(seed) || !isCount(faults) || !isCount(people) || !isCount(minutes)) throw new Error(usage);
  if (backend !== 'postgres' && backend !== 'redis') throw new Error(usage);
  return { options: { seed, faults, people, minutes, backend, json: values.json }, isPlanOnly: values.plan };
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(error.stack ?? error.message);
    process.exit(1);
  },
);
