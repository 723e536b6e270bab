import { newId } from '@libs/foundation';
import { ExecutionRepository } from '../../../src/campaigns/persistence/ledger/execution.repository';
import { FreezeRepository } from '../../../src/campaigns/persistence/ledger/freeze.repository';
import type { LedgerStage } from './stage';

/** A row of a list. */
export interface Customer {
  id: string;
  userId?: string | null;
  firstName?: string | null;
  template?: string;
  /** `HH:MM` of the day, or all of the scheduled time. */
  at?: string;
  isControl?: boolean;
}

/** How a list is read. */
export interface Reading {
  reading?: number;
  userIdAttribute?: string | null;
  timeZone?: string;
  /** Deleted connections that the execution's own stands for. */
  predecessors?: string[];
  erasureKeys?: Buffer[];
}

/** Where a campaign is announced. */
export interface Place {
  connectionId: string;
  channelId: string;
}

/** Announces executions of one campaign and freezes their lists. */
export interface Lists {
  announced(place?: Place, launch?: number): Promise<string>;
  /** Reads and freezes a list. @returns the end states by customer. */
  frozen(id: string, customers: Customer[], how?: Reading): Promise<object[]>;
  /** The same with so many customers of whom nothing is to be said. */
  frozenCrowd(id: string, people: number): Promise<void>;
}

const day = '2026-05-04';

/** What tests of lists do with a ledger. */
export function listsOf(stage: Pick<LedgerStage, 'database' | 'projectId' | 'transactions'>): Lists {
  async function announced(place = { connectionId: newId(), channelId: newId() }, launch = 1): Promise<string> {
    const id = newId();
    await stage.database.query('SELECT ensure_ledger_partitions(now())');
    await stage.database.query(
      `INSERT INTO execution (id, project_id, connection_id, channel_id, optimove_channel_id, optimove_campaign_id, run_date,
         state, attributes, launch) VALUES ($1, $2, $3, $4, 506, 'c1', '${day}', 'ANNOUNCED', '{FIRST_NAME,LOYALTY_ID}', $5)`,
      [id, stage.projectId, place.connectionId, place.channelId, launch],
    );
    return id;
  }

  async function stageRows(id: string, reading: number, customers: Customer[]): Promise<void> {
    for (const [index, customer] of customers.entries()) {
      const { template = '1', at = '09:00', isControl = false, userId = null, firstName = 'Kim' } = customer;
      const scheduledTime = at.length > 5 ? at : `${day} ${at}:00`;
      await stage.database.query(
        `INSERT INTO recipient_staging (execution_id, reading, row_no, project_id, customer_id, optimove_template_id,
           scheduled_time, is_control, attributes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        [id, reading, index, stage.projectId, customer.id, template, scheduledTime, isControl, [firstName, userId]],
      );
    }
  }

  async function frozen(id: string, customers: Customer[], how: Reading = {}): Promise<object[]> {
    await freeze(id, how, (reading) => stageRows(id, reading, customers));
    return stage.database.query(
      'SELECT customer_id AS id, end_state AS state, reason FROM recipient WHERE execution_id = $1 ORDER BY reading, row_no',
      [id],
    );
  }

  function frozenCrowd(id: string, people: number): Promise<void> {
    return freeze(id, { userIdAttribute: null }, async (reading) => {
      await stage.database.query(
        `INSERT INTO recipient_staging (execution_id, reading, row_no, project_id, customer_id, optimove_template_id,
           scheduled_time, is_control, attributes)
         SELECT $1, $2, n, $3, 'crowd-' || n, '1', '${day} 09:00:00', false, '{}' FROM generate_series(1, $4::int) AS n`,
        [id, reading, stage.projectId, people],
      );
    });
  }

  async function freeze(id: string, how: Reading, fill: (reading: number) => Promise<void>): Promise<void> {
    const { reading = 1, userIdAttribute = 'LOYALTY_ID', timeZone = 'UTC', predecessors = [], erasureKeys = [] } = how;
    const holder = newId();
    await stage.database.query(
      `UPDATE execution SET state = 'READING', reading = $2, holder = $3, read_started_at = now() WHERE id = $1`,
      [id, reading, holder],
    );
    await stage.database.query('INSERT INTO execution_reading (execution_id, reading) VALUES ($1, $2)', [id, reading]);
    await fill(reading);
    const execution = await new ExecutionRepository(stage.transactions).find(stage.transactions.pool, id);
    if (execution?.kind !== 'SCHEDULED') throw new Error('The execution is gone');
    const request = {
      ...{ execution, holder, timeZone, userIdAttribute, erasureKeys, chunkSize: 100, spreadMinutes: 0 },
      connectionIds: [execution.connection_id, ...predecessors],
    };
    await stage.transactions.run((tx) => new FreezeRepository().freeze(tx, request));
  }

  return { announced, frozen, frozenCrowd };
}
