import type { Drilled } from '../drill';
import { claimedOverFreeze } from '../faults/claims';
import { GraphqlClient } from '../optimove/graphql';
import type { World } from '../servers/world';
import { type ClockReport, readClocks } from './clocks';
import { brokenSums } from './conservation';
import { countOpen, type LedgerReport, missingExecutions, missingTriggers, readLedger } from './ledger';
import { readSinkLog, type SinkReport } from './sink-log';

/** What became of everybody. */
export interface Verdict {
  sink: SinkReport;
  ledger: LedgerReport;
  /** What should have come to an end and did not. */
  lost: string[];
  brokenSums: string[];
  clocks: ClockReport[];
  /** From the last repair until everybody had an end. */
  settledAfterMs: number;
}

/** As long as people come to their ends it goes on; a stand-still is a failure. */
const longestStandStillMs = 120_000;
const settleWithinMs = 900_000;

/** Waits until the product has put itself right, or moves no more, and holds ledger, sink and Optimove together. */
export async function judge(world: World, drilled: Drilled): Promise<Verdict> {
  const { campaigns, triggered, hitSlices, freezes } = drilled;
  const startedAt = Date.now();
  await untilSettled(world, drilled, startedAt + settleWithinMs);
  const settledAfterMs = Date.now() - startedAt;
  for (const freeze of freezes) {
    for (const key of await claimedOverFreeze(world.observer, freeze)) hitSlices.add(key);
  }
  const sink = await readSinkLog(world.sinkLog);
  const graphql = new GraphqlClient(world.apiUrl, String(world.api.said.key));
  const open = await countOpen(world.observer);
  return {
    sink,
    ledger: await readLedger(world.observer, sink, hitSlices),
    lost: [
      ...(await missingExecutions(world.observer, campaigns)),
      ...(await missingTriggers(world.observer, triggered)),
      ...(open > 0 ? [`${open} people have no end state`] : []),
    ],
    brokenSums: await brokenSums(graphql, world.observer, campaigns),
    clocks: await readClocks(world.observer),
    settledAfterMs,
  };
}

async function untilSettled({ observer }: World, { campaigns }: Drilled, giveUpAt: number): Promise<void> {
  let [least, movedAt] = [Number.POSITIVE_INFINITY, Date.now()];
  while (Date.now() < giveUpAt && Date.now() - movedAt < longestStandStillMs) {
    const left = (await missingExecutions(observer, campaigns)).length + (await countOpen(observer));
    if (left === 0) return;
    if (left < least) [least, movedAt] = [left, Date.now()];
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}
