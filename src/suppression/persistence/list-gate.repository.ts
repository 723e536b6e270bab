import type { Medium } from '@libs/delivery';
import { prepared, query, type Tx } from '@libs/platform';
import type { ContactRow } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import type { GateOrigin } from '../domain/guard';

/** Whom the gate asks the lists for. */
export interface ListRequest {
  projectId: string;
  origin: GateOrigin;
  contacts: ContactRow[];
  media: Medium[];
}

/** The suppression lists as the gate reads them. */
@Injectable()
export class ListGateRepository {
  /** Keys `profileId medium` (or `profileId ANY`) of the people who are on a list, with the proof of each. */
  async listed(tx: Tx, { projectId, origin, contacts, media }: ListRequest): Promise<Set<string>> {
    if (contacts.length === 0) return new Set();
    const keys = contacts.flatMap(({ profileId, userId, email, mobileNumber }) => [
      { profileId, kind: 'USER_ID', value: userId.trim(), userId },
      { profileId, kind: 'EMAIL', value: email?.toLowerCase() ?? null, userId },
      { profileId, kind: 'MOBILE_NUMBER', value: mobileNumber, userId },
    ]);
    const known = keys.filter((key): key is typeof key & { value: string } => key.value !== null);
    const rows = await query<{ profile_id: string; medium: string }>(
      tx,
      prepared(`WITH hit AS (
         SELECT k.profile_id, k.user_id, e.id, e.medium, e.value, e.reason
         FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[]) AS k(profile_id, kind, value, user_id)
         JOIN suppression_entry e ON e.project_id = $1 AND e.kind = k.kind AND e.value = k.value
         WHERE e.medium = 'ANY' OR e.medium = ANY($6::text[])
       ), proof AS (
         INSERT INTO guard_decision (project_id, profile_id, user_id, origin, execution_id, medium, basis, basis_id,
           value, outcome, detail)
         SELECT $1::uuid, profile_id, user_id, $7::text, $8::uuid, medium, 'LIST', id,
           to_jsonb(value), 'SUPPRESSED', reason FROM hit
       )
       SELECT profile_id, medium FROM hit`),
      [
        projectId,
        known.map(({ profileId }) => profileId),
        known.map(({ kind }) => kind),
        known.map(({ value }) => value),
        known.map(({ userId }) => userId),
        media,
        origin.kind,
        origin.executionId,
      ],
    );
    return new Set(rows.map((row) => `${row.profile_id} ${row.medium}`));
  }
}
