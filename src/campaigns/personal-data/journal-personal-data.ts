import { parseCallback } from '@libs/optimove-client';
import { execute, query, type Tx } from '@libs/platform';
import { isPersons, keyOfPerson } from '@modules/matching';
import type { Person } from '@modules/profiles';
import { Injectable } from '@nestjs/common';

/** A call of the journal that names a person. */
export interface NamingCall {
  id: string;
  kind: string;
  body: Buffer;
  receivedAt: Date;
  /** What its connection calls the person, of the names that are in it. */
  names: string[];
}

const pageSize = 500;

/** A person in the raw inbound journal: bodies are searched for their name, and read before they count. */
@Injectable()
export class JournalPersonalData {
  /** Calls that are about the person, oldest first. */
  async *of(tx: Tx, projectId: string, person: Person): AsyncGenerator<NamingCall> {
    const key = await keyOfPerson(tx, projectId, person);
    let after = '0';
    for (;;) {
      const page = await query<NamingCall>(tx, naming, [...key, after]);
      for (const call of page) if (isAbout(call)) yield call;
      after = page.at(-1)?.id ?? after;
      if (page.length < pageSize) return;
    }
  }

  /** Empties them: that a call came, and when, stays. One that waits for its place gets none. */
  async erase(tx: Tx, projectId: string, person: Person): Promise<number> {
    let erased = 0;
    for await (const { id } of this.of(tx, projectId, person)) {
      await execute(tx, forgetWaiting, [id]);
      erased += await execute(tx, `UPDATE callback_journal SET body = '', stripped_at = now() WHERE id = $1`, [id]);
    }
    return erased;
  }
}

const forgetWaiting = `DELETE FROM callback_waiting w USING callback_journal j
  WHERE j.id = $1 AND w.execution_id = j.execution_id AND w.journal_id = j.id`;

const naming = `SELECT j.id, j.kind, j.body, j.received_at AS "receivedAt", named.names
  FROM callback_journal j CROSS JOIN LATERAL (
    SELECT array_agg(n.name) AS names FROM unnest($2::text[]) AS n(name)
    WHERE position(convert_to(n.name, 'UTF8') IN j.body) > 0 AND ${isPersons({ connection: 'j.connection_id', customer: 'n.name' })}
  ) AS named
  WHERE j.project_id = $1 AND j.id > $7 AND named.names IS NOT NULL ORDER BY j.id LIMIT ${pageSize}`;

/** A body that cannot be read may be about anybody whom it names. */
function isAbout({ kind, body, names }: NamingCall): boolean {
  const parsed = parseCallback({ kind, body });
  if (!parsed.ok) return true;
  return parsed.callback.customerId !== null && names.includes(parsed.callback.customerId);
}
