import { PostgresConnection, PostgresQueueBackend } from 'bullmq';

interface Memo {
  readyPromise?: Promise<void> | undefined;
}

type Ready = (this: Memo) => Promise<void>;

const patched = new WeakSet<object>();

/**
 * BullMQ remembers whether its PostgreSQL connection became ready, failures too. One that fell into a restart of the
 * database was asked again at once and for ever, which kept the process so busy that it heard no signal. With this a
 * failure is forgotten, and the next question connects anew.
 */
export function forgiveFailedReadiness(): void {
  for (const { prototype } of [PostgresConnection, PostgresQueueBackend]) forgive(prototype);
}

function forgive(prototype: { waitUntilReady: () => Promise<void> }): void {
  if (patched.has(prototype)) return;
  patched.add(prototype);
  const waitUntilReady = prototype.waitUntilReady as Ready;
  prototype.waitUntilReady = async function forgivingWait(this: Memo): Promise<void> {
    const waited = waitUntilReady.call(this);
    const memo = this.readyPromise;
    try {
      await waited;
    } catch (error) {
      if (this.readyPromise === memo) this.readyPromise = undefined;
      throw error;
    }
  } as () => Promise<void>;
}
