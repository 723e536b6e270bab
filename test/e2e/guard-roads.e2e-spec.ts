/** @once because the gate decides in PostgreSQL, in the transaction that claims. */
import { isDeepStrictEqual } from 'node:util';
import { mutate } from '../support/campaign-stage';
import { Launches, type Road } from '../support/roads/launches';
import type { Fetched } from '../support/roads/phones';
import { type Proofs, proofsOf } from '../support/roads/proofs';
import { received } from '../support/roads/received';
import {
  type Crowd,
  crowds,
  expectedOf,
  isWaiting,
  keptMedia,
  mediaOf,
  type RoadCase,
  type RoadOrigin,
  type RoadSetting,
  type RoadTrial,
  trials,
} from '../support/roads/roads';
import { RoadsWorld } from '../support/roads/roads-world';

jest.setTimeout(300_000);

const first: RoadSetting = { data: 'FRESH', override: 'NONE' };

describe('the guard, on every road through the product', () => {
  let world: RoadsWorld;
  let launches: Launches;
  /** Sent before anything changes, so that it waits in inboxes and apps when things have changed. */
  const early = new Map<Crowd, Road[]>();
  const late = new Map<RoadTrial, Road[]>();
  const held: Road[] = [];
  let cases = 0;

  beforeAll(async () => {
    world = await RoadsWorld.make();
    launches = await Launches.prepare(world);
  });
  afterAll(() => world?.product.stop());

  it.each(crowds)(
    'lets out what it should before anything changes, and the proof tells the same: $name',
    async (crowd) => {
      await world.arrange(first);
      world.product.farEnds.inbox.clear();
      const from = new Date();
      const sent = await launches.launch(crowd);
      early.set(crowd, sent);
      await launches.end(sent, () => false);
      await check({ crowd, setting: first, isChanged: false, sent, from });
    },
  );

  it('has lists read for executions of which nothing is handed over yet', async () => {
    const { product } = world;
    const { project } = await product.graphql<{ project: { id: string } }>('{ project { id } }');
    const scope = { scope: 'PROJECT', scopeId: project.id };
    const stops = '__typename';
    const off = { ...scope, reason: 'Lists first' };
    await mutate(product.graphql, 'switchSendingOff', 'SwitchSendingOffInput', stops, off);
    for (const trial of trials) {
      const launched = await launches.launch(trial.crowd);
      await launches.pause(launched);
      late.set(trial, launched);
    }
    await mutate(product.graphql, 'switchSendingOn', 'SendingScopeInput', stops, scope);
    expect(await launches.handedOver([...late.values()].flat())).toEqual([]);
    await world.change();
  });

  it.each(trials)(
    'decides anew at hand-over and when a device fetches: data $data, override $override',
    async (trial) => {
      const { crowd, ...setting } = trial;
      const sent = late.get(trial) ?? [];
      await world.arrange(setting);
      world.product.farEnds.inbox.clear();
      const from = new Date();
      await launches.resume(sent);
      await launches.end(sent, ({ origin }) => isWaiting(setting, origin));
      const waiting = sent.filter(({ origin }) => isWaiting(setting, origin));
      held.push(...waiting);
      await check({ crowd, setting, isChanged: true, sent, from }).finally(() => launches.forget(sent));
      await launches.cancel(waiting);
    },
  );

  it('was tried in every case', async () => {
    expect(await launches.handedOver(held)).toEqual([]);
    const ofOneRule = 4 * 3 * 8 * (3 * 6 + 3 * 2);
    const ofSeveral = 4 * (4 + 7) * (3 * 6 + 5 + 4 * 2);
    expect(cases).toBe((1 + 2 * 2) * ofOneRule + (1 + 2) * ofSeveral);
  });

  /** Compares what was handed over, what came, what devices show and what the proofs say with what must be. */
  async function check(tried: Tried): Promise<void> {
    const seen = await look(tried);
    const wrong: { of: string }[] = [];
    for (const each of casesOf(tried)) {
      const judged = [ofSending(each, seen), ...(isKept(each) ? [ofFetching(each, seen)] : [])];
      cases += judged.length;
      for (const { found, wanted } of judged) {
        const of = `${each.origin} ${each.medium}`;
        if (!isDeepStrictEqual(found, wanted)) wrong.push({ of, ...{ each, found, wanted } });
      }
    }
    const wrongOf = [...new Set(wrong.map(({ of }) => of))];
    expect({ wrongOf, examples: wrong.slice(0, 2) }).toEqual({ wrongOf: [], examples: [] });
    const known = new Set([...casesOf(tried)].map(keyOf));
    expect([...seen.came, ...seen.handedOver].filter((key) => !known.has(key))).toEqual([]);
  }

  async function look({ crowd, sent, from }: Tried): Promise<Seen> {
    const { people } = crowd;
    const before = early.get(crowd) ?? [];
    const handedOver = keysOf(sent, await launches.handedOver(sent));
    const kept = keysOf(before, await launches.handedOver(before));
    const came = received(world);
    const fetching = new Date();
    const shown = (await world.phones.fetchAll(people)).map(toDelivery);
    const until = new Date();
    return {
      ...{ sent, handedOver, came, kept },
      shownOfSent: keysOf(sent, shown),
      shownOfEarly: keysOf(before, shown),
      proofsOfSending: await proofsOf(world.product, { people, from, until: fetching }),
      proofsOfFetching: await proofsOf(world.product, { people, from: fetching, until }),
    };
  }
});

/** What was tried: executions that sent to a crowd from an instant on, before or after people changed. */
interface Tried {
  crowd: Crowd;
  setting: RoadSetting;
  isChanged: boolean;
  sent: Road[];
  from: Date;
}

/** What came of it, by `origin medium user ID`. */
interface Seen {
  sent: Road[];
  handedOver: Set<string>;
  came: Set<string>;
  /** What was handed over to inboxes and apps before anything changed. */
  kept: Set<string>;
  shownOfSent: Set<string>;
  shownOfEarly: Set<string>;
  proofsOfSending: Proofs;
  proofsOfFetching: Proofs;
}

function ofSending(each: RoadCase, seen: Seen): { found: object; wanted: object } {
  const key = keyOf(each);
  const should = isWaiting(each.setting, each.origin) ? 'NOT DECIDED' : expectedOf(each);
  const isOut = should === 'ALLOWED';
  const found = {
    isHandedOver: seen.handedOver.has(key),
    hasCome: (isKept(each) ? seen.shownOfSent : seen.came).has(key),
    proven: seen.proofsOfSending.outcome(each, executionsOf(seen.sent, each)),
  };
  return { found, wanted: { isHandedOver: isOut, hasCome: isOut, proven: should } };
}

/** A device that finds nothing kept has nothing decided. */
function ofFetching(each: RoadCase, seen: Seen): { found: object; wanted: object } {
  const key = keyOf(each);
  const should = expectedOf(each);
  const isDecided = isAnyThere(each, seen.kept) || isAnyThere(each, seen.handedOver);
  const found = {
    isShown: seen.shownOfEarly.has(key),
    proven: isDecided ? seen.proofsOfFetching.outcome(each, null) : null,
  };
  return {
    found,
    wanted: { isShown: seen.kept.has(key) && should === 'ALLOWED', proven: isDecided ? should : null },
  };
}

function isKept({ medium }: RoadCase): boolean {
  return keptMedia.some((each) => each === medium);
}

function* casesOf({ crowd, setting, isChanged }: Pick<Tried, 'crowd' | 'setting' | 'isChanged'>): Generator<RoadCase> {
  for (const person of crowd.people)
    for (const origin of crowd.origins)
      for (const medium of mediaOf(origin)) yield { setting, person, origin, medium, isChanged };
}

function keyOf({ origin, medium, person }: Pick<RoadCase, 'origin' | 'medium' | 'person'>): string {
  return `${origin} ${medium} ${person.userId}`;
}

function keysOf(sent: Road[], found: { executionId: string; userId: string; medium: string }[]): Set<string> {
  const origins = new Map(sent.map(({ executionId, origin }) => [executionId, origin]));
  return new Set(
    found.flatMap(({ executionId, userId, medium }) => {
      const origin = origins.get(executionId);
      return origin ? [`${origin} ${medium} ${userId}`] : [];
    }),
  );
}

/** What is kept is decided on once for each connection, and once for Direct campaigns: whether there is any of it. */
function isAnyThere({ origin, medium, person }: RoadCase, kept: Set<string>): boolean {
  const origins: RoadOrigin[] = origin === 'DIRECT' ? ['DIRECT'] : ['OPTIMOVE', 'FILES', 'TRIGGERED'];
  return origins.some((each) => kept.has(keyOf({ origin: each, medium, person })));
}

function executionsOf(sent: Road[], { origin, medium }: RoadCase): string[] {
  return sent
    .filter((road) => road.origin === origin && road.media.includes(medium))
    .map(({ executionId }) => executionId);
}

function toDelivery({ id, medium, userId }: Fetched): { executionId: string; medium: string; userId: string } {
  return { executionId: id.slice(0, id.indexOf('.')), medium, userId };
}
