import { newId } from '@libs/foundation';
import { Leases, Outbox, Transactions, type Tx } from '@libs/platform';
import { CampaignsService, type ExecutionTotals } from '@modules/campaigns';
import { ConnectionsService } from '@modules/connections';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { CompleteExecution } from '../../../src/campaigns/execution/complete-execution';
import { SettleByReceipt } from '../../../src/campaigns/execution/settle-by-receipt';
import { SettleDeliveries } from '../../../src/campaigns/execution/settle-deliveries';
import { SettleProven } from '../../../src/campaigns/execution/settle-proven';
import { ExecutionClocks } from '../../../src/campaigns/jobs/execution.clocks';
import { ChunkRepository, type HeldChunk } from '../../../src/campaigns/persistence/ledger/chunk.repository';
import { DeliveryRepository, type NewDelivery } from '../../../src/campaigns/persistence/ledger/delivery.repository';
import { EngagementNewsRepository } from '../../../src/campaigns/persistence/ledger/engagement-news.repository';
import { ExecutionRepository } from '../../../src/campaigns/persistence/ledger/execution.repository';
import { FunnelRepository } from '../../../src/campaigns/persistence/ledger/funnel.repository';
import { SettlementRepository } from '../../../src/campaigns/persistence/ledger/settlement.repository';
import { TriggeredRepository } from '../../../src/campaigns/persistence/ledger/triggered.repository';
import { createTestDatabase, type TestDatabase } from '../../support/database';

/** The ledger on a database of its own. */
export interface LedgerStage {
  database: TestDatabase;
  transactions: Transactions;
  chunks: ChunkRepository;
  deliveries: DeliveryRepository;
  completion: CompleteExecution;
  projectId: string;
  /** Makes a running execution of one chunk with so many people, and takes the chunk. */
  takenChunk(people: number): Promise<HeldChunk>;
  /** As if the worker that holds the chunk had been gone for as long as this. */
  age(chunk: HeldChunk, seconds: number): Promise<void>;
  /** What somebody did with a message ends the doubt about it. */
  proven: SettleProven;
  /** What a person decides about messages. */
  settle: SettleDeliveries;
  /** What Optimove is told of the campaign of an execution with one template. */
  totals(executionId: string): Promise<ExecutionTotals | undefined>;
  /** What a provider reports of a message does, too. */
  reported: SettleByReceipt;
  close(): Promise<void>;
}

/** Builds the stage. */
export async function setStage(): Promise<LedgerStage> {
  const database = await createTestDatabase();
  const source = await new DataSource({ type: 'postgres', url: database.url }).initialize();
  const transactions = new Transactions(source);
  const chunks = new ChunkRepository(transactions);
  const module = await Test.createTestingModule({
    providers: [
      CompleteExecution,
      SettleByReceipt,
      SettleProven,
      SettleDeliveries,
      SettlementRepository,
      CampaignsService,
      ExecutionRepository,
      FunnelRepository,
      EngagementNewsRepository,
      { provide: Transactions, useValue: transactions },
      {
        provide: ConnectionsService,
        useValue: {
          ofAccount: async (_tx: Tx, _projectId: string, id: string) => [{ id, isOff: false }],
          isDisabled: async () => false,
        },
      },
    ],
  })
    .useMocker(quietStub)
    .compile();
  const projectId = newId();
  return {
    database,
    transactions,
    chunks,
    deliveries: new DeliveryRepository(),
    completion: module.get(CompleteExecution),
    proven: module.get(SettleProven),
    settle: module.get(SettleDeliveries),
    totals: async (executionId) => (await module.get(CampaignsService).totals(transactions.pool, executionId))[0],
    reported: module.get(SettleByReceipt),
    projectId,
    takenChunk: async (people) => {
      const executionId = await insertExecution(database, { projectId, people });
      const chunk = await chunks.take({ executionId, chunkNo: 1 }, newId());
      if (!chunk) throw new Error('The chunk cannot be taken');
      return chunk;
    },
    age: async ({ executionId }, seconds) => {
      await database.query(
        `UPDATE execution_chunk SET held_until = held_until - $2 * interval '1 second',
           due_at = due_at - $2 * interval '1 second', queued_at = queued_at - $2 * interval '1 second'
         WHERE execution_id = $1`,
        [executionId, seconds],
      );
    },
    close: async () => {
      await source.destroy();
      await database.drop();
    },
  };
}

/** The clocks of executions on the stage; what they queue stays in the outbox. */
export async function clocksOf({
  transactions,
  chunks,
  completion,
}: Pick<LedgerStage, 'transactions' | 'chunks' | 'completion'>): Promise<ExecutionClocks> {
  const module = await Test.createTestingModule({
    providers: [
      ExecutionClocks,
      ExecutionRepository,
      TriggeredRepository,
      Leases,
      Outbox,
      { provide: Transactions, useValue: transactions },
      { provide: ChunkRepository, useValue: chunks },
      { provide: CompleteExecution, useValue: completion },
    ],
  })
    .useMocker(quietStub)
    .compile();
  return module.get(ExecutionClocks);
}

/** Stands for whatever else is told of a completion: every call of it succeeds and does nothing. */
export function quietStub(): object {
  return new Proxy({}, { get: (_stub, name) => (name === 'then' ? undefined : async () => undefined) });
}

/** A push to each of so many people, numbered from 1. */
export function pushes(count: number): NewDelivery[] {
  return Array.from({ length: count }, (_, index) => ({
    seq: index + 1,
    medium: 'MOBILE_PUSH',
    addressKey: `device-${index + 1}`,
    profileId: newId(),
    accountId: newId(),
    address: `token-${index + 1}`,
    variant: null,
    language: null,
  }));
}

/** What an execution is of; a connection, channel and day of its own unless told. */
export interface InsertedExecution {
  projectId: string;
  people: number;
  connectionId?: string;
  channelId?: string;
  /** Of Optimove. */
  campaignId?: string;
  /** YYYY-MM-DD. */
  runDate?: string;
}

/** A running execution of one chunk with so many people, whom nobody was sent to yet. @returns its id. */
export async function insertExecution(
  database: TestDatabase,
  { projectId, people, connectionId = newId(), channelId = newId(), campaignId, runDate }: InsertedExecution,
): Promise<string> {
  const id = newId();
  await database.query('SELECT ensure_ledger_partitions(now())');
  await database.query(
    `INSERT INTO execution (id, project_id, connection_id, channel_id, optimove_channel_id, optimove_campaign_id, run_date,
       state, reading, read_through, read_started_at, read_at, frozen_at, received, recipients)
     VALUES ($1, $2, $3, $4, 506, coalesce($8, $5), coalesce($7::date, current_date), 'RUNNING', 1, 1, now(), now(), now(), $6, $6)`,
    [id, projectId, connectionId, channelId, id, people, runDate ?? null, campaignId ?? null],
  );
  await database.query(
    'INSERT INTO execution_page (execution_id, reading, skip, next_skip, received, malformed) VALUES ($1, 1, 0, $2, $2, 0)',
    [id, people],
  );
  await database.query(
    `INSERT INTO execution_chunk (execution_id, chunk_no, from_seq, to_seq, due_at) VALUES ($1, 1, 1, $2, now())`,
    [id, people],
  );
  await database.query(
    `INSERT INTO recipient (execution_id, seq, project_id, reading, row_no, customer_id, optimove_template_id, due_at)
     SELECT $1, n, $2, 1, n, 'customer-' || n, '1', now() FROM generate_series(1, $3::int) AS n`,
    [id, projectId, people],
  );
  return id;
}
