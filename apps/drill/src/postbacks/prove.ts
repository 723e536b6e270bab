import { randomFrom } from '../plan/random';
import { type Act, acts } from './acts';
import { unlistedDoubts } from './compare-doubts';
import { compareEvents } from './compare-events';
import { differentPreferences } from './compare-preferences';
import { compareTotals } from './compare-totals';
import { Expected } from './expected';
import { Stagehand } from './perform';
import { planFaults, underFault } from './place-faults';
import { type ProofStage, setProofStage } from './proof-stage';
import type { ProofSize, ProofWorld } from './proof-world';
import { quiet } from './settle';
import { type Doubts, settleDoubts } from './settle-doubts';
import { postTotalsAgain } from './settle-totals';
import { randomScenes, type Scene } from './stories';

/** What came out. Lists name what is wrong, and are empty when nothing is. */
export interface Proof {
  /** First times of something that Optimove is told of customer by customer. */
  events: number;
  /** How often each act was played. */
  acts: Record<Act, number>;
  /** Placed faults by kind, and those of them that met a call. */
  faults: Record<string, { placed: number; happened: number }>;
  doubts: Doubts;
  neverPlayed: string[];
  ofNobody: string[];
  unlistedDoubts: string[];
  differentTotals: string[];
  notAsPlayed: string[];
  missingEvents: string[];
  unknownEvents: string[];
  countedTwice: string[];
  differentPreferences: string[];
}

/** Has people do things at random while everything fails, and compares what Optimove holds with what happened. */
export async function provePostbacks(world: ProofWorld, size: ProofSize, say: (line: string) => void): Promise<Proof> {
  const stage = await setProofStage(world, size);
  say(`${stage.players.size} people got messages`);
  const scenes = randomScenes(
    [...stage.players.values()].map(({ person }) => person),
    randomFrom(size.seed),
  );
  const planned = planFaults(size.faults, stage.connections, randomFrom(size.seed));
  const faults = await play(world, stage, { scenes, faults: planned, say });
  await quiet(world, stage);
  say('nothing is owed any more');
  return compare(world, stage, { scenes, faults });
}

async function play(
  world: ProofWorld,
  { players }: ProofStage,
  { scenes, faults, say }: { scenes: Scene[]; faults: ReturnType<typeof planFaults>; say: (line: string) => void },
): Promise<Proof['faults']> {
  const stagehand = new Stagehand(world, players);
  const sums: Proof['faults'] = {};
  const share = Math.ceil(scenes.length / faults.length);
  for (const [index, fault] of faults.entries()) {
    const { kind, route, connection } = fault;
    const own = scenes.slice(index * share, (index + 1) * share);
    const happened = await underFault(world, fault, () => stagehand.play(own));
    const { placed = 0, happened: met = 0 } = sums[kind] ?? {};
    sums[kind] = { placed: placed + 1, happened: met + (happened ? 1 : 0) };
    const where = kind.startsWith('crash') && kind !== 'crash-in-post' ? '' : `${route} of ${connection.telling.name}`;
    say(`${index + 1} of ${faults.length}: ${kind} ${where}${happened ? '' : ', not met'}`);
  }
  await stagehand.close();
  return sums;
}

async function compare(
  world: ProofWorld,
  stage: ProofStage,
  { scenes, faults }: { scenes: Scene[]; faults: Proof['faults'] },
): Promise<Proof> {
  const { connections } = stage;
  const unlisted = await Promise.all(connections.map((connection) => unlistedDoubts(world, stage, connection)));
  const doubts = await settleDoubts(world, stage);
  for (const connection of connections) await postTotalsAgain(stage, connection);
  await quiet(world, stage);
  const played = Object.fromEntries(acts.map((act) => [act, scenes.filter((scene) => scene.act === act).length]));
  const proof: Proof = {
    events: 0,
    acts: played as Proof['acts'],
    faults,
    doubts,
    neverPlayed: acts.filter((act) => played[act] === 0),
    ofNobody: [],
    unlistedDoubts: unlisted.flat(),
    ...{ differentTotals: [], notAsPlayed: [], missingEvents: [], unknownEvents: [], countedTwice: [] },
    differentPreferences: await differentPreferences(
      world,
      connections,
      expectedOf(
        connections.flatMap(({ people }) => people),
        scenes,
      ),
    ),
  };
  for (const connection of connections) {
    const expected = expectedOf(connection.people, scenes);
    const totals = await compareTotals(world, stage, { connection, expected });
    const events = await compareEvents(world, connection, expected);
    proof.events += events.events;
    proof.ofNobody.push(...totals.ofNobody);
    proof.differentTotals.push(...totals.different);
    proof.notAsPlayed.push(...events.notAsPlayed);
    proof.missingEvents.push(...events.missing);
    proof.unknownEvents.push(...events.unknown);
    proof.countedTwice.push(...events.twice);
  }
  return proof;
}

function expectedOf(people: ProofStage['connections'][number]['people'], scenes: Scene[]): Expected {
  const expected = new Expected(people);
  for (const { person, act } of scenes) expected.note(person, act);
  return expected;
}
