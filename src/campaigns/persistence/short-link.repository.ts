import type { Medium } from '@libs/delivery';
import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** A short link of one message. */
export interface ShortLink {
  code: string;
  executionId: string;
  seq: number;
  medium: Medium;
  /** Where it leads. */
  target: string;
  expiresAt: Date;
}

/** Where short links lead. */
@Injectable()
export class ShortLinkRepository {
  /** Stores links; one that is there already stays as it is. */
  async store(tx: Tx, projectId: string, links: ShortLink[]): Promise<void> {
    if (links.length === 0) return;
    await execute(
      tx,
      `INSERT INTO short_link (code, project_id, execution_id, seq, medium, target, expires_at)
       SELECT l.code, $1::uuid, l.execution_id, l.seq, l.medium, l.target, l.expires_at
       FROM unnest($2::text[], $3::uuid[], $4::int[], $5::text[], $6::text[], $7::timestamptz[])
         AS l(code, execution_id, seq, medium, target, expires_at)
       ORDER BY l.code ON CONFLICT ON CONSTRAINT pk_short_link DO NOTHING`,
      [
        projectId,
        links.map(({ code }) => code),
        links.map(({ executionId }) => executionId),
        links.map(({ seq }) => seq),
        links.map(({ medium }) => medium),
        links.map(({ target }) => target),
        links.map(({ expiresAt }) => expiresAt),
      ],
    );
  }

  /** The link of a code while it is good; null when there is none. */
  async find(tx: Tx, code: string): Promise<ShortLink | null> {
    const [row] = await query<ShortLink>(
      tx,
      `SELECT code, execution_id AS "executionId", seq, medium, target, expires_at AS "expiresAt"
       FROM short_link WHERE code = $1 AND expires_at > now()`,
      [code],
    );
    return row ?? null;
  }

  /** Removes links whose time is over, at most `limit`. @returns how many. */
  async removeExpired(tx: Tx, limit: number): Promise<number> {
    const rows = await query(
      tx,
      `DELETE FROM short_link WHERE code IN (
         SELECT code FROM short_link WHERE expires_at < now() ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING code`,
      [limit],
    );
    return rows.length;
  }
}
