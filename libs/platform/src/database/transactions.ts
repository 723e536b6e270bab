import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { PoolClient } from 'pg';
import { DataSource, type EntityManager } from 'typeorm';
import { pipelined, type Send } from './pipelined';

/** A database transaction (or, where no transaction is needed, the plain connection pool). */
export type Tx = EntityManager;

/** Runs work in explicit transactions; the `tx` is passed on visibly and never across a network call. */
@Injectable()
export class Transactions {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Commits when `work` resolves, rolls back when it throws. */
  run<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(work);
  }

  /**
   * The same where every way to the database counts: the beginning goes with the first statement, and statements that are
   * asked for together go together, one after the other as they were asked for. Of several that fail the first says why. For
   * {@link query} and {@link execute} only, and all must be awaited.
   */
  async pipelined<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    try {
      return await pipelined((await runner.connect()) as PoolClient, (send) => {
        senders.set(runner.manager, send);
        return work(runner.manager);
      });
    } finally {
      await runner.release();
    }
  }

  /** The pool itself, for single statements that need no transaction. */
  get pool(): Tx {
    return this.dataSource.manager;
  }
}

/** How statements of pipelined transactions are sent. */
const senders = new WeakMap<Tx, Send>();

function send(tx: Tx, sql: Sql, parameters: unknown[]): Promise<unknown> {
  // The driver keeps what has a name prepared; TypeORM hands on to it what it is given.
  const statement = (): Promise<unknown> => tx.query(sql as string, parameters);
  return senders.get(tx)?.(statement) ?? statement();
}

/** A statement that each connection plans once and keeps, by its name (63 characters at most), which no other text may have. */
export interface Prepared {
  readonly name: string;
  readonly text: string;
}

/** What can be sent to the database. */
export type Sql = string | Prepared;

const known = new Map<string, Prepared>();

/**
 * Marks a statement that runs so often that planning it costs more than its work: each connection plans it once and
 * keeps the plan. For fixed text only, whose best plan does not depend on the values, such as reads by key.
 */
export function prepared(sql: string): Prepared {
  const statement = known.get(sql) ?? { name: `statement_${known.size + 1}`, text: sql };
  known.set(sql, statement);
  return statement;
}

/** Runs one SQL statement and returns its rows, whatever the command (the driver wraps UPDATE and DELETE). */
export async function query<T = Record<string, unknown>>(tx: Tx, sql: Sql, parameters: unknown[] = []): Promise<T[]> {
  const result = await send(tx, sql, parameters);
  if (!Array.isArray(result)) return [];
  const isWrapped = result.length === 2 && Array.isArray(result[0]) && typeof result[1] === 'number';
  return (isWrapped ? result[0] : result) as T[];
}

/** Runs one UPDATE, DELETE or INSERT … RETURNING and returns how many rows it touched. */
export async function execute(tx: Tx, sql: Sql, parameters: unknown[] = []): Promise<number> {
  const result = await send(tx, sql, parameters);
  if (!Array.isArray(result)) return 0;
  return typeof result[1] === 'number' ? result[1] : result.length;
}
