import type { Drilled } from '../drill';
import { GraphqlClient } from '../optimove/graphql';
import type { Stage } from '../optimove/stage';
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

const settleWithinMs = 240_000;

/** Waits until the product has put itself right, at most four minutes, and holds ledger, sink and Optimove together. */
export async function judge(world: World, stage: Stage, drilled: Drilled): Promise<Verdict> {
  const { optimove, hitSlices } = drilled;
  const startedAt = Date.now();
  await untilSettled(world, drilled, startedAt + settleWithinMs);
  const settledAfterMs = Date.now() - startedAt;
  const sink = await readSinkLog(world.sinkLog);
  const graphql = new GraphqlClient(world.apiUrl, String(world.api.said.key));
  const open = await countOpen(world.observer);
  return {
    sink,
    ledger: await readLedger(world.observer, sink, hitSlices),
    lost: [
      ...(await missingExecutions(world.observer, optimove.campaigns)),
      ...(await missingTriggers(world.observer, optimove.triggered)),
      ...(open > 0 ? [`${open} people have no end state`] : []),
    ],
    brokenSums: await brokenSums(graphql, world.observer, {
      connectionId: stage.connectionId,
      campaigns: optimove.campaigns,
    }),
    clocks: await readClocks(world.observer),
    settledAfterMs,
  };
}

async function untilSettled({ observer }: World, { optimove }: Drilled, giveUpAt: number): Promise<void> {
  while (Date.now() < giveUpAt) {
    const missing = await missingExecutions(observer, optimove.campaigns);
    if (missing.length === 0 && (await countOpen(observer)) === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}
