import { query, type Tx } from '@libs/platform';
import {
  type Person,
  PersonalData,
  type PersonalDataSource,
  type PersonalRecord,
  recordsOf,
  withoutBlanks,
} from '@modules/profiles';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { mergedInto } from './persistence/merge.repository';

/** What excludes a person, and the proof of it. Shown, but never erased: it is what keeps them from being contacted. */
@Injectable()
export class ExclusionPersonalData implements PersonalDataSource, OnModuleInit {
  constructor(private readonly data: PersonalData) {}

  onModuleInit(): void {
    this.data.register(this);
  }

  async *records(tx: Tx, projectId: string, person: Person): AsyncGenerator<PersonalRecord> {
    const { email, mobileNumber } = person;
    // What Optimove calls the person may be somebody else's user ID.
    const userIds = person.customerIds.slice(0, 1);
    const keys = userIds.map((userId) => userId.trim());
    const entries = await query(
      tx,
      `SELECT kind, value, medium, reason, created_at FROM suppression_entry WHERE project_id = $1 AND (
         kind = 'USER_ID' AND value = ANY($2::text[]) OR kind = 'EMAIL' AND value = lower($3)
         OR kind = 'MOBILE_NUMBER' AND value = $4)`,
      [projectId, keys, email, mobileNumber],
    );
    yield* recordsOf('suppression_entry', entries);
    const values = await query(
      tx,
      `SELECT a.name, v.value, v.data_date FROM suppression_attribute a
       JOIN remembered_value v ON v.attribute_id = a.id AND (v.user_id = ANY($2::text[])
         OR v.user_id <> ${withoutBlanks('v.user_id')} AND ${withoutBlanks('v.user_id')} = ANY($2::text[]))
       WHERE a.project_id = $1`,
      [projectId, keys],
    );
    yield* recordsOf('suppression_value', values);
    const customers = await query(
      tx,
      `SELECT a.name, v.customer_id, v.value, v.data_date FROM suppression_attribute a
       JOIN customer_value v ON v.attribute_id = a.id AND v.user_id = ANY($2::text[]) WHERE a.project_id = $1`,
      [projectId, keys],
    );
    yield* recordsOf('suppression_customer_value', customers);
    const decisions = await query(
      tx,
      `SELECT decided_at, origin, execution_id, medium, basis, attribute, value, data_date, outcome, detail
       FROM guard_decision WHERE project_id = $1 AND (user_id = ANY($3::text[]) OR profile_id = $2::uuid
         OR profile_id IN (${mergedInto('ARRAY[$2::uuid]')}))
       ORDER BY decided_at`,
      [projectId, person.profileId, userIds],
    );
    yield* recordsOf('suppression_decision', decisions);
  }

  async erase(): Promise<number> {
    return 0;
  }
}
