import { execute, query, type Tx } from '@libs/platform';
import { Tasks } from '@modules/projects';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Person, PersonalData, type PersonalDataSource, type PersonalRecord, recordsOf } from './personal-data';

/** Tables of this module that name a profile, and their columns that say something of the person. */
const tables: Record<string, string> = {
  device: `id, app_id, platform, token, apns_environment, browser, push_subscription, is_addressable, language, country, time_zone, app_version,
    attributes, created_at, last_seen_at`,
  behaviour: 'kind, name, occurred_at, device_id, value',
  campaign_deed: 'campaign_id, deed, medium, last_at',
  subscription_change: 'medium, address, before, after, source, changed_at',
};

/** What profiles keep of a person: the profile, devices, behaviour, answers, and rows of files that were refused. */
@Injectable()
export class OwnPersonalData implements PersonalDataSource, OnModuleInit {
  constructor(
    private readonly data: PersonalData,
    private readonly tasks: Tasks,
  ) {}

  onModuleInit(): void {
    this.data.register(this);
  }

  async *records(tx: Tx, projectId: string, person: Person): AsyncGenerator<PersonalRecord> {
    const key = [projectId, await profilesOf(tx, projectId, person)];
    const profile = await query(tx, 'SELECT * FROM profile WHERE project_id = $1 AND id = ANY($2::uuid[])', key);
    yield* recordsOf('profile', profile);
    for (const [table, columns] of Object.entries(tables)) {
      const sql = `SELECT ${columns} FROM ${table} WHERE project_id = $1 AND profile_id = ANY($2::uuid[])`;
      yield* recordsOf(table, await query(tx, sql, key));
    }
    const rejects = await query(
      tx,
      `SELECT import_id, line, reason, raw FROM import_reject WHERE project_id = $1 AND raw ~ ANY($2::text[])`,
      [projectId, cellsOf(person)],
    );
    yield* recordsOf('import_reject', rejects);
    yield* recordsOf('task_error', await this.tasks.errorsNaming(tx, projectId, cellsOf(person)));
  }

  async erase(tx: Tx, projectId: string, person: Person): Promise<number> {
    let touched = 0;
    const key = [projectId, await profilesOf(tx, projectId, person)];
    for (const table of [...Object.keys(tables), 'contact_change']) {
      touched += await execute(tx, `DELETE FROM ${table} WHERE project_id = $1 AND profile_id = ANY($2::uuid[])`, key);
    }
    touched += await execute(tx, 'DELETE FROM profile WHERE project_id = $1 AND id = ANY($2::uuid[])', key);
    touched += await execute(
      tx,
      `UPDATE import_reject SET raw = '', reason = 'Erased with the person' WHERE project_id = $1 AND raw ~ ANY($2::text[])`,
      [projectId, cellsOf(person)],
    );
    return touched + (await this.tasks.eraseErrors(tx, projectId, cellsOf(person)));
  }
}

/** The profile, and those of devices on which the person signed out: without the person nothing would say who is excluded there. */
async function profilesOf(tx: Tx, projectId: string, { profileId }: Person): Promise<string[]> {
  const rows = await query<{ id: string }>(
    tx,
    `SELECT id FROM profile WHERE project_id = $1 AND id = $2
     UNION SELECT id FROM profile WHERE project_id = $1 AND signed_out_from = $2 AND user_id IS NULL`,
    [projectId, profileId],
  );
  return [...new Set([...(profileId ? [profileId] : []), ...rows.map(({ id }) => id)])];
}

/** Patterns that find the names and addresses of a person as whole cells of a row of CSV or JSON. */
function cellsOf({ customerIds, email, mobileNumber }: Person): string[] {
  const known = [...customerIds, email, mobileNumber].filter((text) => text !== null);
  const written = known.flatMap((text) => [text, JSON.stringify(text).slice(1, -1)]);
  return [...new Set(written)].map((text) => `(^|[\\s,"\\[])${text.replace(/[^\p{L}\p{N}]/gu, '\\$&')}($|[\\s,"\\]])`);
}
