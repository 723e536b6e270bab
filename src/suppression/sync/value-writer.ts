import { query, Transactions, type Tx } from '@libs/platform';
import { MatchingService } from '@modules/matching';
import { Tasks } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import type { SuppressionAttribute, SyncRun } from '../domain/sync';
import { CustomerValueRepository } from '../persistence/customer-value.repository';
import { RememberedValueRepository, type Values, type ValueTarget } from '../persistence/remembered-value.repository';
import { SyncRunRepository } from '../persistence/sync-run.repository';
import { Contradictions } from './contradictions';
import { EveryUserId } from './every-user-id';
import { type Chunk, emptyChunk, type GivenPage, take } from './value-chunk';

/** The run that values belong to. */
export interface WriteContext {
  run: SyncRun;
  holder: string;
  attribute: SuppressionAttribute;
  /** Whether newer values may be there already. */
  mayBeOld: boolean;
  /** Whether a value of a user ID is one of every customer under it: a person may be several. */
  speaksForAll?: boolean;
}

/** How many values could be put down to nobody. */
export interface LostValues {
  /** They name a customer that was never found under a user ID. */
  strangers: number;
  /** They do not say whose they are. */
  unnamed: number;
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
    private readonly customers: CustomerValueRepository,
    private readonly matching: MatchingService,
    private readonly everyUserId: EveryUserId,
    private readonly contradictions: Contradictions,
  ) {}

  /** @throws {RunTakenOverError} when another worker has the run; what is committed by then stays and is right. */
  async write(context: WriteContext, pages: AsyncIterable<GivenPage>): Promise<LostValues> {
    const lost: LostValues = { strangers: 0, unnamed: 0 };
    let chunk = emptyChunk();
    let stored: Promise<void> = Promise.resolve();
    try {
      for await (const page of pages) {
        take(chunk, page, context.attribute);
        if (chunk.received < chunkSize) continue;
        await stored;
        stored = this.store(context, chunk, lost);
        // Told by the next await; until then nobody listens.
        stored.catch(() => undefined);
        chunk = emptyChunk();
      }
      await stored;
      await this.store(context, chunk, lost);
      return lost;
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

  private async store(
    { run, holder, attribute, mayBeOld, speaksForAll = false }: WriteContext,
    chunk: Chunk,
    lost: LostValues,
  ): Promise<void> {
    if (chunk.received === 0) return;
    const { received, values, doubtful, rejects } = chunk;
    const target = {
      projectId: run.projectId,
      attributeId: attribute.id,
      name: attribute.name,
      dataDate: run.dataDate,
      runId: run.id,
      mayBeOld,
      clears: true,
    };
    const strangers = await this.transactions.run(async (tx) => {
      if (run.source === 'FILE') await this.contradictions.refuse(tx, target, chunk);
      const rejected = rejects.length;
      await this.runs.hold(tx, run.id, holder, { received, rejected });
      await this.remembered.apply(tx, target, values);
      await this.remembered.doubt(tx, target, doubtful);
      const { connectionId } = run;
      const told = await this.everyUserId.of(tx, target, { connectionId, values: chunk.customers.values() });
      await this.customers.remember(tx, target, told);
      if (speaksForAll) await this.speakForAll(tx, target, { connectionId, values });
      await this.tasks.addErrors(tx, run.taskId, rejects);
      const counts = { processed: received, succeeded: received - rejected, failed: rejected };
      await this.tasks.progress(tx, run.taskId, counts);
      return this.doubtUnplaced(tx, target, { connectionId, customerIds: chunk.unplaced });
    });
    lost.strangers += strangers;
    lost.unnamed += chunk.unnamed;
  }

  /** Nobody relies any more on what was said of customers that come without a user ID now. @returns how many nobody knows. */
  private async doubtUnplaced(
    tx: Tx,
    target: ValueTarget,
    { connectionId, customerIds }: { connectionId: string; customerIds: string[] },
  ): Promise<number> {
    if (customerIds.length === 0) return 0;
    const matched = await this.matching.userIdsOf(tx, target.projectId, { connectionId, customerIds });
    const found = await this.customers.doubt(tx, target, { customerIds, matched });
    return customerIds.filter((customerId) => !found.has(customerId)).length;
  }

  private async speakForAll(
    tx: Tx,
    target: ValueTarget,
    { connectionId, values }: { connectionId: string; values: Values },
  ): Promise<void> {
    const userIds = [...values.keys()];
    const matched = await this.matching.customersUnder(tx, target.projectId, { connectionId, userIds });
    await this.customers.follow(tx, target, { values, matched });
  }
}
