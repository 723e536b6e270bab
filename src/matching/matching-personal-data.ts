import { execute, query, type Tx } from '@libs/platform';
import {
  type NamedCustomer,
  type Person,
  PersonalData,
  type PersonalDataSource,
  type PersonalRecord,
  recordsOf,
} from '@modules/profiles';
import { Injectable, type OnModuleInit } from '@nestjs/common';

/** What matching keeps of a person: what Optimove calls them, and numbers that were refused. */
@Injectable()
export class MatchingPersonalData implements PersonalDataSource, OnModuleInit {
  constructor(private readonly data: PersonalData) {}

  onModuleInit(): void {
    this.data.register(this);
  }

  customers(tx: Tx, projectId: string, profileId: string): Promise<NamedCustomer[]> {
    return query(
      tx,
      `SELECT connection_id AS "connectionId", customer_id AS "customerId" FROM matched_customer
       WHERE project_id = $1 AND profile_id = $2`,
      [projectId, profileId],
    );
  }

  async *records(tx: Tx, projectId: string, { customerIds }: Person): AsyncGenerator<PersonalRecord> {
    for (const [table, columns] of Object.entries(tables)) {
      const sql = `SELECT ${columns} FROM ${table} WHERE project_id = $1 AND customer_id = ANY($2::text[])`;
      yield* recordsOf(table, await query(tx, sql, [projectId, customerIds]));
    }
  }

  async erase(tx: Tx, projectId: string, { customerIds }: Person): Promise<number> {
    let touched = 0;
    for (const table of Object.keys(tables)) {
      const sql = `DELETE FROM ${table} WHERE project_id = $1 AND customer_id = ANY($2::text[])`;
      touched += await execute(tx, sql, [projectId, customerIds]);
    }
    return touched;
  }
}

const tables = {
  matched_customer: 'connection_id, customer_id',
  number_reject: 'connection_id, execution_id, customer_id, value, reason, created_at',
};
