import { query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** Older texts are not what somebody answers to. */
const days = 30;

/** Which text somebody got last. */
@Injectable()
export class TextedRepository {
  /** The last text of each of these people that a provider took within {@link days} days. */
  lastOf(
    tx: Tx,
    projectId: string,
    profileIds: string[],
  ): Promise<{ executionId: string; seq: number; profileId: string }[]> {
    return query(
      tx,
      `SELECT DISTINCT ON (profile_id) execution_id AS "executionId", seq, profile_id AS "profileId" FROM delivery
       WHERE medium = 'SMS' AND profile_id = ANY($2::uuid[]) AND project_id = $1 AND state = 'ACCEPTED'
         AND answered_at > now() - $3 * interval '1 day' ORDER BY profile_id, answered_at DESC`,
      [projectId, profileIds, days],
    );
  }
}
