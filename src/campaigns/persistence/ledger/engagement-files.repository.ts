import type { EngagementAnnouncement, EngagementMetadata } from '@libs/optimove-client';
import { execute, query, SecretBox, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { ExecutionRow } from './execution.repository';

type Reading = Pick<ExecutionRow, 'id' | 'reading'>;

/** A file whose rows are all kept and whose checksum agreed. */
export interface ReadFile {
  fileNo: number;
  /** Rows of the list up to the end of this file. */
  nextRow: number;
  bytes: number;
  crc32c: string;
}

/** Engagements: where the files of an execution are and how far they were read. */
@Injectable()
export class EngagementFilesRepository {
  constructor(private readonly secrets: SecretBox) {}

  /** Keeps where the files are, the key sealed; a later announcement replaces it. */
  async save(
    tx: Tx,
    execution: { id: string; projectId: string },
    { bucket, customersFolder, metadataPath, decryptionKey }: EngagementAnnouncement,
  ): Promise<void> {
    const sealed = decryptionKey === null ? null : this.secrets.seal(decryptionKey, execution.id);
    await execute(
      tx,
      `INSERT INTO execution_engagement (execution_id, project_id, bucket, customers_folder, metadata_path, decryption_key)
       VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT ON CONSTRAINT pk_execution_engagement DO UPDATE SET bucket = excluded.bucket,
         customers_folder = excluded.customers_folder, metadata_path = excluded.metadata_path,
         decryption_key = excluded.decryption_key`,
      [execution.id, execution.projectId, bucket, customersFolder, metadataPath, sealed],
    );
  }

  /** Where the files are; null for an execution that has none. */
  async find(
    tx: Tx,
    { id, project_id: projectId, engagement_id: engagementId }: ExecutionRow,
  ): Promise<EngagementAnnouncement | null> {
    return engagementId === null ? null : this.ofExecution(tx, projectId, id);
  }

  /** Where the files of the project's execution with this id are; null when it has none. */
  async ofExecution(tx: Tx, projectId: string, id: string): Promise<EngagementAnnouncement | null> {
    const [row] = await query<EngagementAnnouncement>(
      tx,
      `SELECT e.engagement_id AS "engagementId", f.bucket, f.customers_folder AS "customersFolder",
         f.metadata_path AS "metadataPath", f.decryption_key AS "decryptionKey"
       FROM execution_engagement f JOIN execution e ON e.id = f.execution_id WHERE e.project_id = $1 AND e.id = $2`,
      [projectId, id],
    );
    if (!row) return null;
    return { ...row, decryptionKey: row.decryptionKey === null ? null : this.secrets.open(row.decryptionKey, id) };
  }

  /** Whether the newest launch of a campaign on the project's channel had its list in files. */
  async isNewestInFiles(
    tx: Tx,
    { projectId, channelId, optimoveCampaignId }: { projectId: string; channelId: string; optimoveCampaignId: string },
  ): Promise<boolean> {
    const [row] = await query<{ isInFiles: boolean }>(
      tx,
      `SELECT engagement_id IS NOT NULL AS "isInFiles" FROM execution
       WHERE project_id = $1 AND channel_id = $2 AND optimove_campaign_id = $3 AND kind = 'SCHEDULED'
       ORDER BY run_date DESC, id DESC LIMIT 1`,
      [projectId, channelId, optimoveCampaignId],
    );
    return row?.isInFiles ?? false;
  }

  /** Keeps what the metadata says; false when an earlier reading found something else. */
  async keepMetadata(tx: Tx, executionId: string, metadata: EngagementMetadata): Promise<boolean> {
    const [row] = await query<{ same: boolean }>(
      tx,
      `UPDATE execution_engagement e SET metadata = $2::jsonb
       FROM (SELECT metadata FROM execution_engagement WHERE execution_id = $1) AS earlier
       WHERE e.execution_id = $1
       RETURNING coalesce(earlier.metadata = $2::jsonb, true) AS same`,
      [executionId, JSON.stringify(metadata)],
    );
    return row?.same ?? false;
  }

  /** Files that were read to their end, and the rows in them. */
  async progress(tx: Tx, { id, reading }: Reading): Promise<{ files: number; rows: number }> {
    const [row] = await query<{ files: number; rows: number }>(
      tx,
      `SELECT coalesce(max(file_no), 0) AS files, coalesce(max(next_row), 0) AS rows
       FROM execution_file WHERE execution_id = $1 AND reading = $2`,
      [id, reading],
    );
    return row ?? { files: 0, rows: 0 };
  }

  /** Notes that a file is done, together with its last rows. */
  async completeFile(tx: Tx, { id, reading }: Reading, file: ReadFile): Promise<void> {
    await execute(
      tx,
      `INSERT INTO execution_file (execution_id, reading, file_no, next_row, bytes, crc32c) VALUES ($1, $2, $3, $4, $5, $6)`,
      [id, reading, file.fileNo, file.nextRow, file.bytes, file.crc32c],
    );
  }

  /** Takes back what was kept from a row of the list on. */
  async discard(tx: Tx, { id, reading }: Reading, fromRow: number): Promise<void> {
    const place = [id, reading, fromRow];
    const rows = 'WHERE execution_id = $1 AND reading = $2 AND';
    await execute(tx, `DELETE FROM recipient_staging ${rows} row_no >= $3`, place);
    await execute(tx, `DELETE FROM recipient_reject ${rows} row_no >= $3`, place);
    await execute(tx, `DELETE FROM execution_page ${rows} skip >= $3`, place);
    await execute(tx, `DELETE FROM execution_file ${rows} (next_row > $3 OR $3 = 0)`, place);
  }

  /** The audience is frozen: the key has done its work. */
  async forgetKey(tx: Tx, executionId: string): Promise<void> {
    await execute(tx, 'UPDATE execution_engagement SET decryption_key = NULL WHERE execution_id = $1', [executionId]);
  }
}
