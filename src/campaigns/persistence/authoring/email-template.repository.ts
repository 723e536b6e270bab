import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { EmailTemplateTexts } from '../../domain/content/email-template';

/** An e-mail template without its HTML, which is long. */
export interface EmailTemplateRow extends Omit<EmailTemplateTexts, 'html'> {
  id: string;
  projectId: string;
  name: string;
  /** Counts the changes of its texts; campaigns keep the one that they took over. */
  revision: number;
  version: number;
  isArchived: boolean;
  createdAt: Date;
  updatedAt: Date;
}

/** A campaign whose e-mail began with a template. */
export interface EmailTemplateUse {
  kind: 'CAMPAIGN' | 'DIRECT_CAMPAIGN';
  id: string;
  name: string;
  /** Whether the template still has the texts that the campaign took over. */
  isCurrent: boolean;
}

/** Which templates to list. */
export interface EmailTemplatePage {
  projectId: string;
  search: string | null;
  includeArchived: boolean;
  beforeId: string | null;
  limit: number;
}

type Key = Pick<EmailTemplateRow, 'id' | 'projectId'>;
type Written = EmailTemplateTexts & { name: string };

const columns = `id, project_id AS "projectId", name, subject, preheader, revision, version,
  is_archived AS "isArchived", created_at AS "createdAt", updated_at AS "updatedAt"`;
const mostUses = 100;

/** E-mail templates of projects and the campaigns that began with them. */
@Injectable()
export class EmailTemplateRepository {
  /** Newest first; `search` is a part of the name, without regard to case. */
  list(
    tx: Tx,
    { projectId, search, includeArchived, beforeId, limit }: EmailTemplatePage,
  ): Promise<EmailTemplateRow[]> {
    return query(
      tx,
      `SELECT ${columns} FROM email_template WHERE project_id = $1 AND ($2::bool OR NOT is_archived)
         AND ($3::text IS NULL OR strpos(lower(name), lower($3)) > 0) AND ($4::uuid IS NULL OR id < $4)
       ORDER BY id DESC LIMIT $5`,
      [projectId, includeArchived, search, beforeId, limit],
    );
  }

  async find(tx: Tx, { projectId, id }: Key): Promise<EmailTemplateRow | null> {
    const sql = `SELECT ${columns} FROM email_template WHERE project_id = $1 AND id = $2`;
    return (await query<EmailTemplateRow>(tx, sql, [projectId, id]))[0] ?? null;
  }

  /** Locks the row until `tx` ends. */
  async lock(tx: Tx, { projectId, id }: Key): Promise<EmailTemplateRow | null> {
    const sql = `SELECT ${columns} FROM email_template WHERE project_id = $1 AND id = $2 FOR UPDATE`;
    return (await query<EmailTemplateRow>(tx, sql, [projectId, id]))[0] ?? null;
  }

  /** Their HTML by id. */
  async html(tx: Tx, projectId: string, ids: readonly string[]): Promise<Map<string, string>> {
    const sql = 'SELECT id, html FROM email_template WHERE project_id = $1 AND id = ANY($2::uuid[])';
    const rows = await query<{ id: string; html: string }>(tx, sql, [projectId, ids]);
    return new Map(rows.map(({ id, html }) => [id, html]));
  }

  /** Nobody else takes a name of the project before `tx` ends. */
  async lockNames(tx: Tx, projectId: string): Promise<void> {
    await query(tx, `SELECT pg_advisory_xact_lock(hashtext('email template names'), hashtext($1))`, [projectId]);
  }

  /** Which of these names templates have that are not archived. */
  async namesTaken(tx: Tx, projectId: string, names: string[]): Promise<Set<string>> {
    const sql = 'SELECT name FROM email_template WHERE project_id = $1 AND name = ANY($2::text[]) AND NOT is_archived';
    return new Set((await query<{ name: string }>(tx, sql, [projectId, names])).map(({ name }) => name));
  }

  async count(tx: Tx, projectId: string): Promise<number> {
    const sql = 'SELECT count(*)::int AS count FROM email_template WHERE project_id = $1 AND NOT is_archived';
    return (await query<{ count: number }>(tx, sql, [projectId]))[0]?.count ?? 0;
  }

  async insert(tx: Tx, { id, projectId }: Key, { name, html, subject, preheader }: Written): Promise<void> {
    await execute(
      tx,
      `INSERT INTO email_template (id, project_id, name, html, subject, preheader) VALUES ($1, $2, $3, $4, $5, $6)`,
      [id, projectId, name, html, subject, preheader],
    );
  }

  async update(tx: Tx, { id, projectId }: Key, { name, html, subject, preheader }: Written): Promise<void> {
    await execute(
      tx,
      `UPDATE email_template SET name = $3, html = $4, subject = $5, preheader = $6, version = version + 1, updated_at = now(),
         revision = revision + ((html, subject, preheader) IS DISTINCT FROM ($4, $5, $6))::int
       WHERE project_id = $1 AND id = $2`,
      [projectId, id, name, html, subject, preheader],
    );
  }

  async archive(tx: Tx, { id, projectId }: Key): Promise<void> {
    await execute(
      tx,
      `UPDATE email_template SET is_archived = true, version = version + 1, updated_at = now()
       WHERE project_id = $1 AND id = $2`,
      [projectId, id],
    );
  }

  /** By template: campaigns of both kinds that are not archived, at most 100 each. */
  async uses(tx: Tx, projectId: string, ids: readonly string[]): Promise<Map<string, EmailTemplateUse[]>> {
    const began = `content->'email'->>'templateId' = t.id::text AND project_id = $1 AND status <> 'ARCHIVED'`;
    const isCurrent = `(content->'email'->>'templateRevision')::int = t.revision AS "isCurrent"`;
    const rows = await query<EmailTemplateUse & { templateId: string }>(
      tx,
      `SELECT t.id AS "templateId", u.* FROM email_template t CROSS JOIN LATERAL (
         SELECT 'CAMPAIGN' AS kind, id, name, ${isCurrent} FROM campaign WHERE ${began}
         UNION ALL SELECT 'DIRECT_CAMPAIGN', id, name, ${isCurrent} FROM direct_campaign WHERE ${began}
         ORDER BY kind, name LIMIT ${mostUses}) AS u
       WHERE t.project_id = $1 AND t.id = ANY($2::uuid[])`,
      [projectId, ids],
    );
    const uses = new Map<string, EmailTemplateUse[]>(ids.map((id) => [id, []]));
    for (const { templateId, ...use } of rows) uses.get(templateId)?.push(use);
    return uses;
  }
}
