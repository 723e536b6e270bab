import type { Writable } from 'node:stream';
import { InvariantError } from '@libs/foundation';
import type { PoolClient } from 'pg';

/** What the driver does not tell of its clients. */
interface Inside {
  pipeline: boolean;
  connection: { stream: Writable };
}

/** Makes a statement part of a pipelined transaction; it fails when that is over. */
export type Send = <R>(statement: () => Promise<R>) => Promise<R>;

/**
 * Runs `work` as a transaction of a client that sends each statement at once, whether or not the one before is answered.
 * The server takes them in turn and answers in turn: once the end is answered, so is everything before it.
 */
export async function pipelined<T>(client: PoolClient, work: (send: Send) => Promise<T>): Promise<T> {
  const inside = client as unknown as Inside;
  const { send, end } = statementsOf(inside.connection.stream);
  inside.pipeline = true;
  try {
    const [, result] = await Promise.all([send(() => client.query('START TRANSACTION')), work(send)]);
    await end();
    await commit(client);
    return result;
  } catch (error) {
    await end();
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    inside.pipeline = false;
  }
}

/** What goes on when the work has failed already must neither overtake the end of the transaction nor come after it. */
function statementsOf(stream: Writable): { send: Send; end: () => Promise<void> } {
  const underWay = new Set<Promise<unknown>>();
  let isOver = false;
  const send: Send = async (statement) => {
    if (isOver) throw new InvariantError('The transaction of this statement is over');
    writeTogether(stream);
    const answer = statement();
    underWay.add(answer);
    try {
      return await answer;
    } finally {
      underWay.delete(answer);
    }
  };
  const end = async (): Promise<void> => {
    isOver = true;
    await Promise.allSettled(underWay);
  };
  return { send, end };
}

/** What is asked for in one turn of the event loop is written at once: each write wakes the server, which is dear. */
function writeTogether(stream: Writable): void {
  stream.cork();
  process.nextTick(() => stream.uncork());
}

/** The server rolls back without an error where a statement failed, also one that nobody awaited. */
async function commit(client: PoolClient): Promise<void> {
  const { command } = await client.query('COMMIT');
  if (command !== 'COMMIT') throw new InvariantError('A statement of the transaction failed that nobody waited for');
}
