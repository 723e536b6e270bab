import type { UnreadableChange } from '@libs/optimove-client';
import { query, Transactions, type Tx } from '@libs/platform';
import { isUserId } from '@modules/profiles';
import { Tasks } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import type { SuppressionAttribute, SyncRun } from '../domain/sync';
import { readValue } from '../domain/typed-value';
import { RememberedValueRepository, type Values } from '../persistence/remembered-value.repository';
import { SyncRunRepository } from '../persistence/sync-run.repository';

/** A value as it was given. */
export interface GivenValue {
  customerId: string;
  /** Null: the customer has no user ID. */
  userId: string | null;
  text: string | null;
}

/** Some values, and rows that were no values. */
export interface GivenPage {
  values: GivenValue[];
  unreadable: UnreadableChange[];
}

/** The run that values belong to. */
export interface WriteContext {
  run: SyncRun;
  holder: string;
  attribute: SuppressionAttribute;
  /** Whether newer values may be there already. */
  mayBeOld: boolean;
}

interface Chunk {
  received: number;
  /** Values that belong to nobody we could name. */
  lost: number;
  values: Values;
  doubtful: string[];
  rejects: { row: unknown; reason: string }[];
}

/** Objects of a small batch die before the collector takes them for long-lived. */
const chunkSize = 10_000;

/** Applies values by the chunk: each is committed with its rejects and counts while the next is read; memory holds two. */
@Injectable()
export class ValueWriter {
  constructor(
    private readonly transactions: Transactions,
    private readonly tasks: Tasks,
    private readonly runs: SyncRunRepository,
    private readonly remembered: RememberedValueRepository,
  ) {}

  /**
   * @returns how many values could not be put down to anybody. @throws {RunTakenOverError} when another worker has the
   * run; what is committed by then stays and is right.
   */
  async write(context: WriteContext, pages: AsyncIterable<GivenPage>): Promise<number> {
    let chunk = emptyChunk();
    let lost = 0;
    let stored: Promise<void> = Promise.resolve();
    try {
      for await (const page of pages) {
        take(chunk, page, context.attribute);
        if (chunk.received < chunkSize) continue;
        await stored;
        stored = this.store(context, chunk);
        // Told by the next await; until then nobody listens.
        stored.catch(() => undefined);
        lost += chunk.lost;
        chunk = emptyChunk();
      }
      await stored;
      await this.store(context, chunk);
      return lost + chunk.lost;
    } finally {
      await stored.catch(() => undefined);
    }
  }

  /** How many rows of the run were refused. */
  async rejected(tx: Tx, runId: string): Promise<number> {
    const [row] = await query<{ rejected: number }>(tx, 'SELECT rejected FROM suppression_sync_run WHERE id = $1', [
      runId,
    ]);
    return row?.rejected ?? 0;
  }

  private async store({ run, holder, attribute, mayBeOld }: WriteContext, chunk: Chunk): Promise<void> {
    if (chunk.received === 0) return;
    const { received, values, doubtful, rejects } = chunk;
    const rejected = rejects.length;
    const target = {
      projectId: run.projectId,
      attributeId: attribute.id,
      name: attribute.name,
      dataDate: run.dataDate,
      runId: run.id,
      mayBeOld,
      clears: true,
    };
    await this.transactions.run(async (tx) => {
      await this.runs.hold(tx, run.id, holder, { received, rejected });
      await this.remembered.apply(tx, target, values);
      await this.remembered.doubt(tx, target, doubtful);
      await this.tasks.addErrors(tx, run.taskId, rejects);
      const counts = { processed: received, succeeded: received - rejected, failed: rejected };
      await this.tasks.progress(tx, run.taskId, counts);
    });
  }
}

function emptyChunk(): Chunk {
  return { received: 0, lost: 0, values: new Map(), doubtful: [], rejects: [] };
}

function take(chunk: Chunk, page: GivenPage, { type }: SuppressionAttribute): void {
  chunk.received += page.values.length + page.unreadable.length;
  chunk.lost += page.unreadable.length;
  for (const { raw, reason } of page.unreadable) chunk.rejects.push({ row: { raw }, reason });
  for (const { customerId, userId: given, text } of page.values) {
    const refuse = (reason: string) => chunk.rejects.push({ row: { customerId, value: text }, reason });
    const userId = given?.trim() ?? null;
    if (userId === null || !isUserId(userId)) {
      chunk.lost += 1;
      refuse('The customer has no user ID, or one that no profile can have');
      continue;
    }
    const read = readValue(type, text);
    if ('value' in read) chunk.values.set(userId, read.value);
    else {
      refuse(read.reason);
      chunk.doubtful.push(userId);
    }
  }
}
