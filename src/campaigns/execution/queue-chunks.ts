import { groupBy } from '@libs/foundation';
import type { Outbox, Tx } from '@libs/platform';
import { chunkJobOf, sendChunkJob } from '../jobs/execution.jobs';
import type { StopRepository } from '../persistence/ledger/stop.repository';

/** Queues frozen chunks, each for when it is due. */
export async function queueChunks(
  outbox: Outbox,
  tx: Tx,
  { executionId, chunks }: { executionId: string; chunks: { chunkNo: number; dueAt: Date }[] },
): Promise<void> {
  for (const [dueAt, group] of groupBy(chunks, (chunk) => chunk.dueAt.getTime())) {
    const jobs = group.map(({ chunkNo }) => ({ executionId, chunkNo, attempt: 0 }));
    await outbox.enqueueMany(tx, sendChunkJob, jobs, { runAt: new Date(dueAt) });
  }
}

/** Lets an execution go on, and queues its chunks, each for when it is due; those that nobody holds. */
export async function queueIdle(
  { outbox, stops }: { outbox: Outbox; stops: StopRepository },
  tx: Tx,
  executionId: string,
): Promise<void> {
  await stops.goesOn(tx, executionId);
  const idle = await stops.idleChunks(tx, executionId);
  for (const [dueAt, chunks] of groupBy(idle, (chunk) => chunk.dueAt.getTime())) {
    const [{ kind } = { kind: 'SCHEDULED' as const }] = chunks;
    const jobs = chunks.map(({ chunkNo, attempt }) => ({ executionId, chunkNo, attempt }));
    await outbox.enqueueMany(tx, chunkJobOf(kind), jobs, { runAt: new Date(dueAt) });
  }
}
