import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** A snippet as its author wrote it. */
export interface SnippetRow {
  id: string;
  projectId: string;
  name: string;
  text: string;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

/** Where a snippet stands. */
export interface SnippetUse {
  kind: 'CAMPAIGN' | 'EMAIL_TEMPLATE' | 'SNIPPET';
  id: string;
  name: string;
}

const columns = `id, project_id AS "projectId", name, text, version, created_at AS "createdAt", updated_at AS "updatedAt"`;
const mostUses = 100;

/** Snippets of projects and where they are used. */
@Injectable()
export class SnippetRepository {
  /** In the order of their names. */
  list(tx: Tx, page: { projectId: string; afterName: string | null; limit: number }): Promise<SnippetRow[]> {
    return query(
      tx,
      `SELECT ${columns} FROM snippet WHERE project_id = $1 AND ($2::text IS NULL OR name > $2) ORDER BY name LIMIT $3`,
      [page.projectId, page.afterName, page.limit],
    );
  }

  async find(tx: Tx, projectId: string, id: string): Promise<SnippetRow | null> {
    const [row] = await query<SnippetRow>(tx, `SELECT ${columns} FROM snippet WHERE project_id = $1 AND id = $2`, [
      projectId,
      id,
    ]);
    return row ?? null;
  }

  /** Lets one change of the snippets of a project happen at a time, so that two cannot make a circle together. */
  async lockProject(tx: Tx, projectId: string): Promise<void> {
    await query(tx, `SELECT pg_advisory_xact_lock(hashtextextended('snippets ' || $1::text, 0))`, [projectId]);
  }

  async count(tx: Tx, projectId: string): Promise<number> {
    const [row] = await query<{ count: number }>(
      tx,
      'SELECT count(*)::int AS count FROM snippet WHERE project_id = $1',
      [projectId],
    );
    return row?.count ?? 0;
  }

  /** Texts of these snippets by name; unknown names are absent. */
  async texts(tx: Tx, projectId: string, names: string[]): Promise<Map<string, string>> {
    if (names.length === 0) return new Map();
    const rows = await query<{ name: string; text: string }>(
      tx,
      'SELECT name, text FROM snippet WHERE project_id = $1 AND name = ANY($2::text[])',
      [projectId, names],
    );
    return new Map(rows.map(({ name, text }) => [name, text]));
  }

  /** False when the name is taken. */
  async insert(tx: Tx, snippet: Pick<SnippetRow, 'id' | 'projectId' | 'name' | 'text'>): Promise<boolean> {
    const rows = await query(
      tx,
      `INSERT INTO snippet (id, project_id, name, text) VALUES ($1, $2, $3, $4)
       ON CONFLICT ON CONSTRAINT uq_snippet_name DO NOTHING RETURNING id`,
      [snippet.id, snippet.projectId, snippet.name, snippet.text],
    );
    return rows.length === 1;
  }

  async update(tx: Tx, { id, projectId, text }: Pick<SnippetRow, 'id' | 'projectId' | 'text'>): Promise<void> {
    await execute(
      tx,
      'UPDATE snippet SET text = $3, version = version + 1, updated_at = now() WHERE project_id = $1 AND id = $2',
      [projectId, id, text],
    );
  }

  async delete(tx: Tx, projectId: string, id: string): Promise<void> {
    await execute(tx, 'DELETE FROM snippet WHERE project_id = $1 AND id = $2', [projectId, id]);
  }

  /** By name: campaigns and e-mail templates that are not archived and snippets that use it by themselves, at most 100. */
  async uses(tx: Tx, projectId: string, names: readonly string[]): Promise<Map<string, SnippetUse[]>> {
    const rows = await query<SnippetUse & { used: string }>(
      tx,
      `SELECT w.used, u.* FROM unnest($2::text[], $3::text[]) AS w(used, pattern) CROSS JOIN LATERAL (
         SELECT 'CAMPAIGN' AS kind, id, name FROM campaign
         WHERE project_id = $1 AND status <> 'ARCHIVED' AND content::text ~ w.pattern
         UNION ALL SELECT 'SNIPPET', id, name FROM snippet WHERE project_id = $1 AND name <> w.used AND text ~ w.pattern
         UNION ALL SELECT 'EMAIL_TEMPLATE', id, name FROM email_template
         WHERE project_id = $1 AND NOT is_archived AND concat_ws(' ', subject, preheader, html) ~ w.pattern
         ORDER BY kind, name LIMIT ${mostUses}) AS u`,
      [projectId, names, names.map((name) => patternOf([name]))],
    );
    const uses = new Map<string, SnippetUse[]>(names.map((name) => [name, []]));
    for (const { used, kind, id, name } of rows) uses.get(used)?.push({ kind, id, name });
    return uses;
  }

  /** Names of the snippets that use one of these, directly or through others, and these. */
  async dependents(tx: Tx, projectId: string, name: string): Promise<string[]> {
    const rows = await query<{ name: string }>(
      tx,
      `WITH RECURSIVE using_it AS (
         SELECT $2::text AS name
         UNION SELECT s.name FROM snippet s JOIN using_it u
           ON s.project_id = $1 AND s.text ~ ('\\{\\{-?\\s*snippets\\.' || u.name || '\\s*-?\\}\\}')
       ) SELECT name FROM using_it`,
      [projectId, name],
    );
    return rows.map((row) => row.name);
  }

  /** What is live of campaigns that use one of these is no longer what is edited. @returns how many those are. */
  markChanged(tx: Tx, projectId: string, names: string[]): Promise<number> {
    return execute(
      tx,
      `UPDATE campaign SET content_revision = content_revision + 1
       WHERE project_id = $1 AND status <> 'ARCHIVED' AND content::text ~ $2`,
      [projectId, patternOf(names)],
    );
  }
}

/** Names have letters, digits and underscores only, so they can stand in a pattern. In JSON a line break is `\\n`. */
function patternOf(names: string[]): string {
  const space = '(\\s|\\\\[nrt])*';
  return `\\{\\{-?${space}snippets\\.(${names.join('|')})${space}-?\\}\\}`;
}
