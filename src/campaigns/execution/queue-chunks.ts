import { groupBy } from '@libs/foundation';
import type { Outbox, Tx } from '@libs/platform';
import { sendChunkJob } from '../jobs/execution.jobs';

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
