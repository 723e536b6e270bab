import { newId } from '@libs/foundation';
import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { normalValue } from './domain/entry';

const reason = 'STOP by text';

/** Numbers of people we do not know who asked us by text to stop: whoever turns up with one later gets no texts. */
@Injectable()
export class StoppedNumbers {
  async add(tx: Tx, projectId: string, numbers: string[]): Promise<void> {
    const values = normal(numbers);
    await query(
      tx,
      `INSERT INTO suppression_entry (id, project_id, kind, value, medium, reason)
       SELECT id, $1, 'MOBILE_NUMBER', value, 'SMS', $4 FROM unnest($2::uuid[], $3::text[]) AS e(id, value)
       ON CONFLICT ON CONSTRAINT uq_suppression_entry DO NOTHING`,
      [projectId, values.map(() => newId()), values, reason],
    );
  }

  /** They asked to start again: what {@link add} listed is taken back, other entries stay. */
  async remove(tx: Tx, projectId: string, numbers: string[]): Promise<void> {
    await execute(
      tx,
      `DELETE FROM suppression_entry
       WHERE project_id = $1 AND kind = 'MOBILE_NUMBER' AND medium = 'SMS' AND reason = $3 AND value = ANY($2::text[])`,
      [projectId, normal(numbers), reason],
    );
  }
}

function normal(numbers: string[]): string[] {
  return [...new Set(numbers)].flatMap((number) => normalValue('MOBILE_NUMBER', number) ?? []);
}
