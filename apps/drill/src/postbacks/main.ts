import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Parts, stopOnSignal } from '../servers/parts';
import { startWorld, type World, worldFolder } from '../servers/world';
import type { ProofWorld } from './proof-world';
import { type Proof, provePostbacks } from './prove';

const usage = 'npm run drill -- postbacks [--customers N] [--faults N] [--seed S] [--json FILE]';
const fewExamples = 5;

/** Proves what Optimove holds after faults, prints it and returns the exit code. */
export async function runPostbackProof(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      customers: { type: 'string', default: '100000' },
      faults: { type: 'string', default: '50' },
      seed: { type: 'string', default: '1' },
      json: { type: 'string' },
    },
  });
  const [customers = 0, faults = 0, seed = 0] = [values.customers, values.faults, values.seed].map(Number);
  if (![customers, faults, seed].every((value) => Number.isInteger(value) && value >= 1)) throw new Error(usage);
  const parts = new Parts();
  stopOnSignal(parts);
  const folder = worldFolder();
  console.log(`${customers} customers, ${faults} faults, seed ${seed}; logs in ${folder}`);
  try {
    const world = await startWorld(parts, 'postgres', folder);
    for (const worker of world.workers) await worker.start();
    const proof = await provePostbacks(toProofWorld(world), { customers, faults, seed }, (line) => console.log(line));
    if (values.json) writeFileSync(values.json, `${JSON.stringify(proof, null, 2)}\n`);
    return report(proof);
  } finally {
    await parts.stop();
  }
}

function toProofWorld(world: World): ProofWorld {
  let next = 0;
  return {
    apiUrl: world.apiUrl,
    apiKey: String(world.api.said.key),
    sandboxUrl: world.sandboxUrl,
    encryptionKeys: world.api.spec.env.ENCRYPTION_KEYS ?? '',
    ask: (sql, parameters) => world.observer.ask(sql, parameters),
    crashWorker: async () => {
      const worker = world.workers[next++ % world.workers.length];
      await worker?.kill();
      await worker?.keepStarting();
    },
    crashApi: async () => {
      await world.api.kill();
      await world.api.keepStarting();
    },
  };
}

function report(proof: Proof): number {
  const { events, acts, faults, doubts, ...lists } = proof;
  console.table(Object.entries(acts).map(([act, played]) => ({ act, played })));
  console.table(faults);
  console.log(`${events} events of customers for Optimove`);
  const { batches, totals, counted, postedAgain } = doubts;
  console.log(
    `doubts: ${totals} totals listed and reconciled; ${batches} batches listed, ${counted} had counted, ${postedAgain} posted again`,
  );
  console.table(Object.entries(lists).map(([what, { length: value }]) => ({ what, value, bar: 0, pass: value === 0 })));
  for (const [what, wrong] of Object.entries(lists)) {
    for (const example of wrong.slice(0, fewExamples)) console.log(`✗ ${what}: ${example}`);
  }
  return Object.values(lists).every(({ length }) => length === 0) ? 0 : 1;
}
