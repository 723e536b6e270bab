import { parseCallback } from '@libs/optimove-client';
import { execute, query, type Tx } from '@libs/platform';
import type { Person } from '@modules/profiles';
import { Injectable } from '@nestjs/common';

/** A call of the journal that names a person. */
export interface NamingCall {
  id: string;
  kind: string;
  body: Buffer;
  receivedAt: Date;
}

const pageSize = 500;

/** A person in the raw inbound journal: bodies are searched for their name, and read before they count. */
@Injectable()
export class JournalPersonalData {
  /** Calls that are about the person, oldest first. */
  async *of(tx: Tx, projectId: string, person: Person): AsyncGenerator<NamingCall> {
    let after = '0';
    for (;;) {
      const page = await this.page(tx, projectId, { names: person.customerIds, after });
      for (const call of page) if (isAbout(call, person)) yield call;
      after = page.at(-1)?.id ?? after;
      if (page.length < pageSize) return;
    }
  }

  /** Empties them: that a call came, and when, stays. One that waits for its place is passed over. */
  async erase(tx: Tx, projectId: string, person: Person): Promise<number> {
    let erased = 0;
    for await (const { id } of this.of(tx, projectId, person)) {
      erased += await execute(tx, `UPDATE callback_journal SET body = '', stripped_at = now() WHERE id = $1`, [id]);
    }
    return erased;
  }

  private page(tx: Tx, projectId: string, { names, after }: { names: string[]; after: string }): Promise<NamingCall[]> {
    return query<NamingCall>(
      tx,
      `SELECT j.id, j.kind, j.body, j.received_at AS "receivedAt" FROM callback_journal j
       WHERE j.project_id = $1 AND j.id > $3
         AND EXISTS (SELECT FROM unnest($2::bytea[]) AS n(name) WHERE position(n.name IN j.body) > 0)
       ORDER BY j.id LIMIT ${pageSize}`,
      [projectId, names.map((name) => Buffer.from(name)), after],
    );
  }
}

/** A body that cannot be read may be about anybody whom it names. */
function isAbout({ kind, body }: NamingCall, { customerIds }: Person): boolean {
  const parsed = parseCallback({ kind, body });
  if (!parsed.ok) return true;
  return parsed.callback.customerId !== null && customerIds.includes(parsed.callback.customerId);
}
