import { execute, query, type Tx } from '@libs/platform';
import { type Person, PersonalData, type PersonalDataSource, type PersonalRecord, recordsOf } from '@modules/profiles';
import { Injectable, type OnModuleInit } from '@nestjs/common';

/** Messages that are kept for a person to fetch. */
@Injectable()
export class KeptPersonalData implements PersonalDataSource, OnModuleInit {
  constructor(private readonly data: PersonalData) {}

  onModuleInit(): void {
    this.data.register(this);
  }

  async *records(tx: Tx, projectId: string, { profileId }: Person): AsyncGenerator<PersonalRecord> {
    const rows = await query(
      tx,
      `SELECT delivery_id, medium, content, created_at, expires_at, opened_at, clicked_at, deleted_at FROM kept_message
       WHERE project_id = $1 AND profile_id = $2 ORDER BY position`,
      [projectId, profileId],
    );
    yield* recordsOf('kept_message', rows);
  }

  erase(tx: Tx, projectId: string, { profileId }: Person): Promise<number> {
    const sql = 'DELETE FROM kept_message WHERE project_id = $1 AND profile_id = $2';
    return execute(tx, sql, [projectId, profileId]);
  }
}
