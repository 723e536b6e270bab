import { groupBy } from '@libs/foundation';
import type { Outbox, Tx } from '@libs/platform';
import { chunkJobOf, sendChunkJob } from '../jobs/execution.jobs';
import type { ChunkKey } from '../persistence/ledger/chunk.repository';
import type { IdleChunk, StopRepository } from '../persistence/ledger/stop.repository';

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

interface Means {
  outbox: Outbox;
  stops: StopRepository;
}

/** Lets an execution go on, and queues its chunks. */
export async function letGoOn(means: Means, tx: Tx, executionId: string): Promise<void> {
  await means.stops.goesOn(tx, executionId);
  await queueIdle(means, tx, executionId);
}

/** Queues the chunks of an execution that nobody holds, each for when it is due. */
export async function queueIdle({ outbox, stops }: Means, tx: Tx, executionId: string): Promise<void> {
  await enqueue(outbox, tx, await stops.idleChunks(tx, executionId));
}

/** Queues a chunk unless somebody holds it. */
export async function queueIfIdle({ outbox, stops }: Means, tx: Tx, chunk: ChunkKey): Promise<void> {
  await enqueue(outbox, tx, await stops.idleChunks(tx, chunk.executionId, chunk.chunkNo));
}

async function enqueue(outbox: Outbox, tx: Tx, idle: IdleChunk[]): Promise<void> {
  for (const [dueAt, chunks] of groupBy(idle, (chunk) => chunk.dueAt.getTime())) {
    const [{ kind } = { kind: 'SCHEDULED' as const }] = chunks;
    const jobs = chunks.map(({ executionId, chunkNo, attempt }) => ({ executionId, chunkNo, attempt }));
    await outbox.enqueueMany(tx, chunkJobOf(kind), jobs, { runAt: new Date(dueAt) });
  }
}
