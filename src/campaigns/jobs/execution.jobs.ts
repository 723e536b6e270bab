import { defineJob, subscribe } from '@libs/platform';
import { receiptsArrived } from '@modules/channels';
import { connectionDeleted, connectionEnabled, tokenReplaced } from '@modules/connections';
import type { ExecutionRow } from '../persistence/ledger/execution.repository';

/**
 * Reads the recipients of an announced execution, page by page, and freezes the audience. An ended job keeps its id, for a
 * week where it failed: what wants another reading must name another `at`.
 */
export const readRecipientsJob = defineJob<{ executionId: string; at: string }>({
  queue: 'campaigns.read-recipients',
  id: ({ executionId, at }) => `${executionId}_${at}`,
  concurrency: 2,
});

/**
 * Sends one chunk of a frozen audience; `attempt` tells a deliberate re-run from a repeated job. Projects take turns, and
 * within each its executions, so a small execution never waits for the end of a large one: which of the chunks that are due
 * is sent is decided when the job runs.
 */
export const sendChunkJob = defineJob<{ executionId: string; chunkNo: number; attempt: number }>({
  queue: 'campaigns.send-chunk',
  id: ({ executionId, chunkNo, attempt }) => `${executionId}_${chunkNo}_${attempt}`,
  concurrency: 4,
});

/**
 * Sends a chunk of a triggered execution: a queue and workers of its own, so that bulk never delays it. Chunks of one to
 * three people, each of which waits for its provider, are the rule, so many are sent at once.
 */
export const sendTriggeredJob = defineJob<{ executionId: string; chunkNo: number; attempt: number }>({
  queue: 'campaigns.send-triggered',
  id: ({ executionId, chunkNo, attempt }) => `${executionId}_${chunkNo}_${attempt}`,
  concurrency: 12,
  part: 'triggered',
});

/** The job that sends a chunk of an execution of this kind. */
export function chunkJobOf(kind: ExecutionRow['kind']): typeof sendChunkJob {
  return kind === 'TRIGGERED' ? sendTriggeredJob : sendChunkJob;
}

/** Wakes the drain of a triggered execution; callbacks that come close together share one wake-up. */
export const drainTriggeredJob = defineJob<{ executionId: string }>({
  queue: 'campaigns.drain-triggered',
  id: ({ executionId }) => `${executionId}_${Math.floor(Date.now() / 50)}`,
  concurrency: 2,
  part: 'triggered',
});

/** Cancels what still runs over a deleted connection. */
export const cancelOfConnectionJob = defineJob<{ connectionId: string }>({
  queue: 'campaigns.cancel-of-connection',
  id: ({ connectionId }) => `cancel-${connectionId}`,
});

/** Lets what waits over a connection that was disabled go on. */
export const goOnOverConnectionJob = defineJob<{ connectionId: string; at: string }>({
  queue: 'campaigns.go-on-over-connection',
  id: ({ connectionId, at }) => `${connectionId}_${at}`,
});

/** Reads on what waits for another API token of a connection. */
export const readOnOverConnectionJob = defineJob<{ connectionId: string; at: string }>({
  queue: 'campaigns.read-on-over-connection',
  id: ({ connectionId, at }) => `${connectionId}_${at}`,
});

/** Works off provider receipts that have arrived. */
export const applyReceiptsJob = defineJob<{ accountId: string }>({
  queue: 'campaigns.apply-receipts',
  id: ({ accountId }) => `${accountId}_${Date.now()}`,
});

subscribe(receiptsArrived, applyReceiptsJob);
subscribe(connectionDeleted, cancelOfConnectionJob);
subscribe(connectionEnabled, goOnOverConnectionJob);
subscribe(tokenReplaced, readOnOverConnectionJob);
