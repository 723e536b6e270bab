import { execute, query, type Tx } from '@libs/platform';
import { type Person, PersonalData, type PersonalDataSource, type PersonalRecord, recordsOf } from '@modules/profiles';
import { Injectable, type OnModuleInit } from '@nestjs/common';

const texts = `project_id = $1 AND ltrim(from_number, '+') = $2`;
const reports = `project_id = $1 AND (lower(address) = lower($2) OR ltrim(address, '+') = $3
  OR strpos(lower(raw), lower($2)) > 0 OR strpos(raw, $3) > 0)`;

/** A person in what providers reported and in the texts that came in. */
@Injectable()
export class IntakePersonalData implements PersonalDataSource, OnModuleInit {
  constructor(private readonly data: PersonalData) {}

  onModuleInit(): void {
    this.data.register(this);
  }

  async *records(tx: Tx, projectId: string, { email, mobileNumber }: Person): AsyncGenerator<PersonalRecord> {
    const incoming = `SELECT from_number, to_number, text, keyword, occurred_at FROM text_intake WHERE ${texts}`;
    yield* recordsOf('incoming_text', await query(tx, incoming, [projectId, mobileNumber]));
    const receipts = `SELECT status, code, bounce, address, raw, occurred_at FROM receipt_intake WHERE ${reports}`;
    yield* recordsOf('receipt', await query(tx, receipts, [projectId, email, mobileNumber]));
  }

  /** Receipts are known by the message, so their address can go at once. */
  async erase(tx: Tx, projectId: string, { email, mobileNumber }: Person): Promise<number> {
    const deleted = await execute(tx, `DELETE FROM text_intake WHERE ${texts}`, [projectId, mobileNumber]);
    const emptied = `UPDATE receipt_intake SET address = NULL, raw = NULL WHERE ${reports}`;
    return deleted + (await execute(tx, emptied, [projectId, email, mobileNumber]));
  }
}
