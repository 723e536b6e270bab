import { query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { In, LessThan } from 'typeorm';
import { CampaignVersionEntity } from './campaign-version.entity';

/** Which version an execution sends for a template. */
export interface TemplateVersion {
  executionId: string;
  optimoveTemplateId: string;
  version: CampaignVersionEntity | null;
}

/** Frozen versions as they are looked at. */
@Injectable()
export class VersionRepository {
  find(tx: Tx, projectId: string, id: string): Promise<CampaignVersionEntity | null> {
    return tx.findOneBy(CampaignVersionEntity, { projectId, id });
  }

  /** Newest first. */
  list(
    tx: Tx,
    page: { projectId: string; campaignId: string; before: number | null; limit: number },
  ): Promise<CampaignVersionEntity[]> {
    const { projectId, campaignId, before, limit } = page;
    return tx.find(CampaignVersionEntity, {
      where: { projectId, campaignId, ...(before === null ? {} : { number: LessThan(before) }) },
      order: { number: 'DESC' },
      take: limit,
    });
  }

  /** What these executions of a project send, in the order of their templates. */
  async ofExecutions(tx: Tx, projectId: string, executionIds: readonly string[]): Promise<TemplateVersion[]> {
    const rows = await query<{ executionId: string; optimoveTemplateId: string; versionId: string | null }>(
      tx,
      `SELECT t.execution_id AS "executionId", t.optimove_template_id AS "optimoveTemplateId", t.version_id AS "versionId"
       FROM execution e JOIN execution_template t ON t.execution_id = e.id
       WHERE e.project_id = $1 AND e.id = ANY($2::uuid[]) ORDER BY t.optimove_template_id`,
      [projectId, executionIds],
    );
    const ids = [...new Set(rows.flatMap(({ versionId }) => versionId ?? []))];
    const versions = await tx.findBy(CampaignVersionEntity, { projectId, id: In(ids) });
    const byId = new Map(versions.map((version) => [version.id, version]));
    return rows.map(({ versionId, ...row }) => ({ ...row, version: byId.get(versionId ?? '') ?? null }));
  }
}
