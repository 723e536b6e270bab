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
import { isPersons, keyOfPerson } from './rows-of-person';

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

  async *records(tx: Tx, projectId: string, person: Person): AsyncGenerator<PersonalRecord> {
    const key = await keyOfPerson(tx, projectId, person);
    for (const [table, columns] of Object.entries(tables)) {
      yield* recordsOf(table, await query(tx, `SELECT ${columns} FROM ${table} WHERE ${ofPerson}`, key));
    }
  }

  async erase(tx: Tx, projectId: string, person: Person): Promise<number> {
    const key = await keyOfPerson(tx, projectId, person);
    let touched = 0;
    for (const table of Object.keys(tables))
      touched += await execute(tx, `DELETE FROM ${table} WHERE ${ofPerson}`, key);
    return touched;
  }
}

const ofPerson = `project_id = $1 AND ${isPersons({ connection: 'connection_id', customer: 'customer_id' })}`;

const tables = {
  matched_customer: 'connection_id, customer_id',
  number_reject: 'connection_id, execution_id, customer_id, value, reason, created_at',
};
