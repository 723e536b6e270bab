import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { AuthoredLink } from '../../domain/content/authored-links';
import type { MessageRef } from '../../domain/engagement';
import { askByDay, isFrom } from './day-tables';
import type { SentTemplate } from './sent-campaign.repository';

/** The template that a recipient got, and the version of ours behind it. */
export interface RecipientTemplate extends SentTemplate {
  projectId: string;
  seq: number;
  versionId: string | null;
}

/** A link of a template of an execution; without a text it stands for clicks on no link of the content. */
export interface TemplateLink extends SentTemplate {
  medium: string;
  id: string;
  link: string | null;
}

/** Under which id clicks on no link of the content are counted. */
export const otherLinks = 'other';

/** Behind all others. */
const lastPosition = 1_000_000;

/** The links of what executions send, each with its clicks. */
@Injectable()
export class ExecutionLinkRepository {
  /** What these recipients got; those of whom nothing is kept are absent. */
  templatesOf(tx: Tx, refs: Pick<MessageRef, 'executionId' | 'seq'>[]): Promise<RecipientTemplate[]> {
    const sql = `SELECT DISTINCT r.project_id AS "projectId", r.execution_id AS "executionId", r.seq,
         r.optimove_template_id AS "optimoveTemplateId", t.version_id AS "versionId"
       FROM unnest($1::uuid[], $2::int[]) AS e(execution_id, seq)
       JOIN recipient r ON r.execution_id = e.execution_id AND r.seq = e.seq
       LEFT JOIN execution_template t ON t.execution_id = r.execution_id AND t.optimove_template_id = r.optimove_template_id
       WHERE ${isFrom('r.execution_id', 3)}`;
    return askByDay(refs, (ofDay, ids) =>
      query(tx, sql, [ofDay.map(({ executionId }) => executionId), ofDay.map(({ seq }) => seq), ...ids]),
    );
  }

  /** The links of these templates; none of a template whose links were not added yet. */
  find(tx: Tx, templates: SentTemplate[]): Promise<TemplateLink[]> {
    return query(
      tx,
      `SELECT l.execution_id AS "executionId", l.optimove_template_id AS "optimoveTemplateId", l.medium, l.link_id AS id, l.link
       FROM execution_link l
       WHERE (l.execution_id, l.optimove_template_id) IN (SELECT * FROM unnest($1::uuid[], $2::text[]))`,
      [templates.map(({ executionId }) => executionId), templates.map(({ optimoveTemplateId }) => optimoveTemplateId)],
    );
  }

  /** Adds links that nobody has followed yet, and a place for clicks on others. Twice is harmless. */
  async add(
    tx: Tx,
    { projectId, executionId, optimoveTemplateId }: SentTemplate & { projectId: string },
    links: AuthoredLink[],
  ): Promise<void> {
    const others = (['EMAIL', 'SMS'] as const).map((medium) => ({
      ...{ medium, id: otherLinks, position: lastPosition, link: null },
    }));
    const rows = [...links, ...others];
    await execute(
      tx,
      `INSERT INTO execution_link (project_id, execution_id, optimove_template_id, medium, link_id, position, link)
       SELECT $1, $2, $3, * FROM unnest($4::text[], $5::text[], $6::int[], $7::text[]) AS l(medium, link_id, position, link)
       ORDER BY medium, link_id ON CONFLICT ON CONSTRAINT pk_execution_link DO NOTHING`,
      [
        ...[projectId, executionId, optimoveTemplateId],
        rows.map(({ medium }) => medium),
        rows.map(({ id }) => id),
        rows.map(({ position }) => position),
        rows.map(({ link }) => link),
      ],
    );
  }
}
