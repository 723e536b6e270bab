import { timeOfId } from '@libs/foundation';
import { type CopyValue, copyIn, execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { ExecutionRow } from './execution.repository';

/** One recipient row as Optimove listed it. */
export interface StagedRow {
  customerId: string;
  templateId: string;
  scheduledTime: string;
  isControl: boolean;
  attributes: (string | null)[];
}

/** One listed row that cannot be a recipient. */
export interface RejectedRow {
  customerId: string | null;
  templateId: string;
  reason: string;
  raw: string;
}

/** A page of the recipient list, ready to be kept. */
export interface StagedPage {
  skip: number;
  nextSkip: number;
  received: number;
  rows: StagedRow[];
  rejects: RejectedRow[];
}

type Staging = Pick<ExecutionRow, 'id' | 'project_id' | 'reading'>;

/** The received lists and the frozen audience. */
@Injectable()
export class AudienceRepository {
  /** Makes sure that the partitions of the days on which the executions were made exist. */
  async preparePartitions(tx: Tx, executionIds: string[]): Promise<void> {
    await query(tx, 'SELECT ensure_ledger_partitions(made) FROM unnest($1::timestamptz[]) AS made ORDER BY made', [
      executionIds.map(timeOfId),
    ]);
  }

  /**
   * Which templates the execution uses and the content each is frozen to (null: we do not know it). One that customers
   * were frozen with stays as it is: the values that it needs were not asked for them.
   */
  async setTemplates(tx: Tx, executionId: string, versions: Map<string, string | null>): Promise<void> {
    await execute(
      tx,
      `INSERT INTO execution_template (execution_id, optimove_template_id, version_id)
       SELECT $1, t.id, t.version FROM unnest($2::text[], $3::uuid[]) AS t(id, version)
       ON CONFLICT ON CONSTRAINT pk_execution_template DO UPDATE SET version_id = excluded.version_id
       WHERE execution_template.version_id IS NULL AND excluded.version_id IS NOT NULL AND execution_template.received = 0`,
      [executionId, [...versions.keys()], [...versions.values()]],
    );
  }

  /** Templates in the list of a reading whose content is not frozen and that no customer was frozen with. */
  async unfrozenTemplates(tx: Tx, { id, reading }: Staging): Promise<string[]> {
    const rows = await query<{ id: string }>(
      tx,
      `SELECT DISTINCT optimove_template_id AS id FROM recipient_staging WHERE execution_id = $1 AND reading = $2
       EXCEPT SELECT optimove_template_id FROM execution_template WHERE execution_id = $1 AND (version_id IS NOT NULL OR received > 0)`,
      [id, reading],
    );
    return rows.map((row) => row.id);
  }

  /** Forgets the pages of a reading, which begins anew. */
  async forgetPages(tx: Tx, { id, reading }: Staging): Promise<void> {
    for (const table of ['recipient_reject', 'recipient_staging', 'execution_page']) {
      await execute(tx, `DELETE FROM ${table} WHERE execution_id = $1 AND reading = $2`, [id, reading]);
    }
  }

  /** Takes the content of now for templates that were frozen before; of those without any, what was frozen stays. */
  async renewTemplates(tx: Tx, executionId: string, versions: Map<string, string | null>): Promise<void> {
    await execute(
      tx,
      `UPDATE execution_template t SET version_id = n.version
       FROM unnest($2::text[], $3::uuid[]) AS n(id, version)
       WHERE t.execution_id = $1 AND t.optimove_template_id = n.id AND n.version IS NOT NULL`,
      [executionId, [...versions.keys()], [...versions.values()]],
    );
  }

  /** Content version of each template of an execution. */
  async templates(tx: Tx, executionId: string): Promise<Map<string, string | null>> {
    const rows = await query<{ optimove_template_id: string; version_id: string | null }>(
      tx,
      'SELECT optimove_template_id, version_id FROM execution_template WHERE execution_id = $1',
      [executionId],
    );
    return new Map(rows.map((row) => [row.optimove_template_id, row.version_id]));
  }

  /** Where the reading goes on: the end of the last page that was kept. */
  async nextSkip(tx: Tx, execution: Staging): Promise<number> {
    const [row] = await query<{ next: number }>(
      tx,
      'SELECT coalesce(max(next_skip), 0) AS next FROM execution_page WHERE execution_id = $1 AND reading = $2',
      [execution.id, execution.reading],
    );
    return row?.next ?? 0;
  }

  /** Keeps a page, whole or not at all. */
  async keepPage(tx: Tx, execution: Staging, page: StagedPage): Promise<void> {
    await execute(
      tx,
      `INSERT INTO execution_page (execution_id, reading, skip, next_skip, received, malformed) VALUES ($1, $2, $3, $4, $5, $6)`,
      [execution.id, execution.reading, page.skip, page.nextSkip, page.received, page.rejects.length],
    );
    const { id, reading, project_id: projectId } = execution;
    await copyIn(
      tx,
      'recipient_staging (execution_id, reading, row_no, project_id, customer_id, optimove_template_id, scheduled_time, is_control, attributes)',
      stagedCells(execution, page),
    );
    if (page.rejects.length === 0) return;
    await copyIn(
      tx,
      'recipient_reject (execution_id, reading, row_no, project_id, state, optimove_template_id, customer_id, reason, raw)',
      page.rejects.map((reject, index) => [
        id,
        reading,
        page.skip + page.rows.length + index,
        projectId,
        'MALFORMED',
        reject.templateId,
        reject.customerId,
        reject.reason,
        reject.raw,
      ]),
    );
  }
}

/** One row at a time: a page of cells would be in memory beside the page. */
function* stagedCells(
  { id, reading, project_id: projectId }: Staging,
  { skip, rows }: StagedPage,
): Generator<CopyValue[]> {
  for (const [index, row] of rows.entries()) {
    const { customerId, templateId, scheduledTime, isControl, attributes } = row;
    yield [id, reading, skip + index, projectId, customerId, templateId, scheduledTime, isControl, attributes];
  }
}
