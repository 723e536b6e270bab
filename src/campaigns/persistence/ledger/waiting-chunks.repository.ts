import { execute, query, Transactions, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { FencedError } from '../../domain/execution/errors';
import type { HeldChunk } from './chunk.repository';

/** A chunk behind the one that is held, in their order. */
interface Behind {
  chunkNo: number;
  fromSeq: number;
  toSeq: number;
  mayJoin: boolean;
}

/**
 * Nobody works on it, and its people may be treated as those of the chunk that is held. One with sums of its own was done
 * before and opened again; they stay with it.
 */
const mayJoin = `state = 'PENDING' AND (held_until IS NULL OR held_until < now()) AND refusals = $3
  AND matched_by IS NOT DISTINCT FROM $4::text[] AND names_since IS NOT DISTINCT FROM $5::timestamptz
  AND NOT EXISTS (SELECT 1 FROM execution_tally t WHERE t.execution_id = c.execution_id AND t.chunk_no = c.chunk_no)`;

/**
 * Triggered chunks that wait, of one to three people each: thousands after an outage, each of which costs as much as one of
 * a hundred.
 */
@Injectable()
export class WaitingChunksRepository {
  constructor(private readonly transactions: Transactions) {}

  /**
   * Joins the chunks that wait right behind a held one of a triggered execution to it, due or not, up to so many people.
   * What was claimed in one that a worker left is settled with it; a worker that still is in one of them has lost it.
   * @returns the chunk as it is then. @throws {FencedError} when it was lost.
   */
  async join(chunk: HeldChunk, mostPeople: number): Promise<HeldChunk> {
    const joining = joinable(chunk, await this.behind(chunk, mostPeople), mostPeople);
    if (joining.length === 0) return chunk;
    return this.transactions
      .run((tx) => this.joinIn(tx, chunk, joining))
      .catch((error: unknown) => {
        if (error instanceof TakenMeanwhile) return chunk;
        throw error;
      });
  }

  /** The number of a triggered chunk is its first place. */
  private behind(chunk: HeldChunk, mostPeople: number): Promise<Behind[]> {
    return query(
      this.transactions.pool,
      `SELECT chunk_no AS "chunkNo", from_seq AS "fromSeq", to_seq AS "toSeq", ${mayJoin} AS "mayJoin" FROM execution_chunk c
       WHERE execution_id = $1 AND chunk_no > $2 AND chunk_no < $6 ORDER BY chunk_no`,
      [...parametersOf(chunk), chunk.fromSeq + mostPeople],
    );
  }

  /** Waits for nobody but, before anything else, for its own chunk: whoever locks several of them would wait for it in turn. */
  private async joinIn(tx: Tx, chunk: HeldChunk, joining: Behind[]): Promise<HeldChunk> {
    const { executionId, chunkNo } = chunk;
    const own = 'SELECT 1 FROM execution_chunk WHERE execution_id = $1 AND chunk_no = $2 AND fence = $3 FOR UPDATE';
    const held = await query(tx, own, [executionId, chunkNo, chunk.fence]);
    if (held.length === 0) throw new FencedError(`Chunk ${chunkNo} of ${executionId} was taken over`);
    const gone = await this.takeAway(tx, chunk, joining);
    if (gone.length < joining.length) throw new TakenMeanwhile();
    const toSeq = joining.at(-1)?.toSeq ?? chunk.toSeq;
    const fence = Math.max(chunk.fence, ...gone.map((each) => each.fence)) + 1;
    const lagMs = Math.max(0, ...gone.map((each) => Number(each.lag_ms ?? 0)));
    await execute(
      tx,
      `UPDATE execution_chunk SET to_seq = $3, fence = $4, lag_ms = greatest(lag_ms, $5::bigint)
       WHERE execution_id = $1 AND chunk_no = $2`,
      [executionId, chunkNo, toSeq, fence, lagMs],
    );
    return { ...chunk, toSeq, fence, isFirst: false };
  }

  private takeAway(tx: Tx, chunk: HeldChunk, joining: Behind[]): Promise<{ fence: number; lag_ms: string | null }[]> {
    return query(
      tx,
      `DELETE FROM execution_chunk d USING (
         SELECT chunk_no FROM execution_chunk c
         WHERE execution_id = $1 AND chunk_no > $2 AND chunk_no = ANY($6::int[]) AND ${mayJoin} FOR UPDATE OF c SKIP LOCKED
       ) AS free
       WHERE d.execution_id = $1 AND d.chunk_no = free.chunk_no RETURNING d.fence, d.lag_ms`,
      [...parametersOf(chunk), joining.map((each) => each.chunkNo)],
    );
  }
}

/** Somebody has one of them; nothing is joined then. */
class TakenMeanwhile extends Error {}

/** Those up to the first that may not be joined or has no room: no chunk may lie within another. */
function joinable(chunk: HeldChunk, behind: Behind[], mostPeople: number): Behind[] {
  const end = behind.findIndex((each) => !each.mayJoin || each.toSeq >= chunk.fromSeq + mostPeople);
  return end < 0 ? behind : behind.slice(0, end);
}

function parametersOf({ executionId, chunkNo, refusals, matchedBy, namesSince }: HeldChunk): unknown[] {
  return [executionId, chunkNo, refusals, matchedBy, namesSince];
}
