import { randomFrom } from '../plan/random';
import { differentEvents, differentPreferences, differentTotals, unlistedDoubts } from './compare';
import { planFaults, underFault } from './place-faults';
import { follow, randomEvents } from './play-events';
import { type ProofStage, setProofStage } from './proof-stage';
import type { ProofSize, ProofWorld } from './proof-world';
import { quiet, settleDoubts } from './settle';

/** What came out. Lists name what is wrong, and are empty when nothing is. */
export interface Proof {
  /** First times of something, of all customers. */
  events: number;
  requests: number;
  /** Placed faults by kind, and those of them that met a call. */
  faults: Record<string, { placed: number; happened: number }>;
  /** Uncertain batches, those that Optimove turned out to know, and those posted again. */
  doubts: { batches: number; found: number; postedAgain: number };
  unlistedDoubts: string[];
  differentTotals: string[];
  missingEvents: string[];
  unknownEvents: string[];
  countedTwice: string[];
  differentPreferences: string[];
}

/** Has people do things at random while everything fails, and compares what Optimove holds with what happened. */
export async function provePostbacks(world: ProofWorld, size: ProofSize, say: (line: string) => void): Promise<Proof> {
  const stage = await setProofStage(world, size);
  say(`execution ${stage.executionId} is complete`);
  const { requests, faults } = await play(world, stage, { size, say });
  await quiet(world, stage);
  say('nothing is owed any more');
  const unlisted = await unlistedDoubts(world, stage);
  const doubts = await settleDoubts(world, stage);
  const { missing, twice, unknown, events } = await differentEvents(world, stage);
  return {
    events,
    requests,
    faults,
    doubts,
    unlistedDoubts: unlisted,
    differentTotals: await differentTotals(world, stage),
    missingEvents: missing,
    unknownEvents: unknown,
    countedTwice: twice,
    differentPreferences: await differentPreferences(world, stage),
  };
}

async function play(
  world: ProofWorld,
  stage: ProofStage,
  { size, say }: { size: ProofSize; say: (line: string) => void },
): Promise<Pick<Proof, 'requests' | 'faults'>> {
  const random = randomFrom(size.seed);
  const sent = await world.ask<{ seq: number }>(
    `SELECT seq FROM recipient WHERE execution_id = $1 AND end_state = 'SENT' ORDER BY seq`,
    [stage.executionId],
  );
  const requests = randomEvents(
    world,
    stage.executionId,
    sent.map(({ seq }) => seq),
    random,
  );
  const faults: Proof['faults'] = {};
  const share = Math.ceil(requests.length / size.faults);
  for (const [index, fault] of planFaults(size.faults, random).entries()) {
    const own = requests.slice(index * share, (index + 1) * share);
    const happened = await underFault(world, stage, fault, () => follow(world, own));
    const { placed = 0, happened: met = 0 } = faults[fault.kind] ?? {};
    faults[fault.kind] = { placed: placed + 1, happened: met + (happened ? 1 : 0) };
    say(
      `${index + 1} of ${size.faults}: ${fault.kind} ${fault.kind === 'crash' ? '' : fault.route}${happened ? '' : ', not met'}`,
    );
  }
  return { requests: requests.length, faults };
}
