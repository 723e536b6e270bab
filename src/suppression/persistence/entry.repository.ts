import { newId } from '@libs/foundation';
import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { EntryKind, EntryMedium } from '../domain/entry';

/** An entry of the list; the value is in its normal form. */
export interface Entry {
  kind: EntryKind;
  value: string;
  medium: EntryMedium;
}

/** Entries that no person of the project keeps by hand. */
@Injectable()
export class EntryRepository {
  /** One that is listed already for this reason is so from now on; one for another reason stays as it is. */
  async add(tx: Tx, projectId: string, { entries, reason }: { entries: Entry[]; reason: string }): Promise<void> {
    if (entries.length === 0) return;
    const sorted = inOrder(entries);
    await query(
      tx,
      `INSERT INTO suppression_entry AS e (id, project_id, kind, value, medium, reason)
       SELECT id, $1, kind, value, medium, $6
       FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[]) AS n(id, kind, value, medium)
       ON CONFLICT ON CONSTRAINT uq_suppression_entry DO UPDATE SET created_at = now() WHERE e.reason = $6`,
      [projectId, sorted.map(() => newId()), ...columnsOf(sorted), reason],
    );
  }

  /** Removes entries with one of these reasons that are older than their `until`; null means now. */
  async remove(
    tx: Tx,
    projectId: string,
    { entries, reasons }: { entries: (Entry & { until: Date | null })[]; reasons: string[] },
  ): Promise<void> {
    if (entries.length === 0) return;
    const sorted = inOrder(entries);
    await execute(
      tx,
      `DELETE FROM suppression_entry e USING unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[])
         AS y(kind, value, medium, until)
       WHERE e.project_id = $1 AND e.kind = y.kind AND e.value = y.value AND e.medium = y.medium AND e.reason = ANY($6::text[])
         AND e.created_at < coalesce(y.until, now())`,
      [projectId, ...columnsOf(sorted), sorted.map(({ until }) => until), reasons],
    );
  }
}

/** Each once, and in one order, so that two batches do not wait for each other for good. */
function inOrder<T extends Entry>(entries: T[]): T[] {
  const keyed = new Map(entries.map((entry) => [`${entry.kind} ${entry.value} ${entry.medium}`, entry]));
  return [...keyed].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, entry]) => entry);
}

function columnsOf(entries: Entry[]): [string[], string[], string[]] {
  return [entries.map(({ kind }) => kind), entries.map(({ value }) => value), entries.map(({ medium }) => medium)];
}
