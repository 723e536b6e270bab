import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** A call whose personal data have had their time. */
export interface OldCall {
  id: string;
  kind: string;
  body: Buffer;
}

/** How long the inbound journal keeps what. */
@Injectable()
export class JournalKeepingRepository {
  /** The next calls that are older than so many hours and were not stripped, in order. Keeps others from doing the same. */
  async nextToStrip(tx: Tx, { hours, limit }: { hours: number; limit: number }): Promise<OldCall[]> {
    const rows = await query<OldCall & { isOld: boolean }>(
      tx,
      `SELECT j.id, j.kind, j.body, j.received_at < now() - $1 * interval '1 hour' AS "isOld"
       FROM callback_journal j, (SELECT stripped_through FROM callback_journal_mark FOR UPDATE) AS mark
       WHERE j.id > mark.stripped_through ORDER BY j.id LIMIT $2`,
      [hours, limit],
    );
    // What was put aside for a while stands behind younger ones and waits for them.
    const youngest = rows.findIndex(({ isOld }) => !isOld);
    return rows.slice(0, youngest < 0 ? undefined : youngest);
  }

  /** Keeps the bodies that are left of calls; triggered ones that still wait for their place are given up with a reason. */
  async strip(tx: Tx, calls: OldCall[], givenUp: string): Promise<void> {
    const ids = calls.map(({ id }) => id);
    await execute(
      tx,
      `WITH given_up AS (
         DELETE FROM callback_waiting w USING callback_journal j
         WHERE j.id = ANY($1::bigint[]) AND w.execution_id = j.execution_id AND w.journal_id = j.id RETURNING w.journal_id
       )
       UPDATE callback_journal j SET body = s.body, stripped_at = now(),
         outcome = CASE WHEN waits THEN 'REFUSED' ELSE outcome END, reason = CASE WHEN waits THEN $3 ELSE reason END
       FROM (SELECT g.id, g.body, w.journal_id IS NOT NULL AS waits
             FROM unnest($1::bigint[], $2::bytea[]) AS g(id, body) LEFT JOIN given_up w ON w.journal_id = g.id) AS s
       WHERE j.id = s.id`,
      [ids, calls.map(({ body }) => body), givenUp],
    );
    await execute(tx, 'UPDATE callback_journal_mark SET stripped_through = $1', [ids.at(-1)]);
  }

  /** Deletes the oldest calls that are older than so many days. @returns how many. */
  async forget(tx: Tx, { days, limit }: { days: number; limit: number }): Promise<number> {
    return execute(
      tx,
      `DELETE FROM callback_journal WHERE received_at < now() - $1 * interval '1 day'
         AND id IN (SELECT id FROM callback_journal ORDER BY id LIMIT $2)`,
      [days, limit],
    );
  }
}
