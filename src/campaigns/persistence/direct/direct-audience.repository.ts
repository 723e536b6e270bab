import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { AudienceStatement } from '../ledger/direct-execution.repository';

/** Somebody in the segment of a Direct campaign. */
export interface AudienceMember {
  profileId: string;
  /** Null for somebody anonymous. */
  userId: string | null;
}

/** Audiences of Direct campaigns for those who only look at them. */
@Injectable()
export class DirectAudienceRepository {
  /** Everybody as of the first page, page by page: the segment is evaluated once, and memory does not grow. One walk per `tx`. */
  async *pages(tx: Tx, { sql, parameters }: AudienceStatement, limit: number): AsyncGenerator<AudienceMember[]> {
    // Everybody is wanted, not the first few as fast as can be.
    await execute(tx, 'SET LOCAL cursor_tuple_fraction = 1');
    await execute(
      tx,
      `DECLARE audience NO SCROLL CURSOR FOR
       SELECT id AS "profileId", user_id AS "userId" FROM (${sql}) AS people`,
      parameters,
    );
    for (;;) {
      const page = await query<AudienceMember>(tx, `FETCH ${limit} FROM audience`);
      if (page.length > 0) yield page;
      if (page.length < limit) return;
    }
  }
}
