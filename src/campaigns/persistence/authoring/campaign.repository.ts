import { query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { In, LessThan, Not, Raw } from 'typeorm';
import type { CampaignStatus } from '../../domain/content/campaign-status';
import { CampaignEntity } from './campaign.entity';
import { CampaignVersionEntity } from './campaign-version.entity';

/** Campaigns of projects, and the versions that launches froze. */
@Injectable()
export class CampaignRepository {
  find(tx: Tx, projectId: string, id: string): Promise<CampaignEntity | null> {
    return tx.findOneBy(CampaignEntity, { projectId, id });
  }

  /** Locks the row until `tx` ends. */
  lock(tx: Tx, projectId: string, id: string): Promise<CampaignEntity | null> {
    return tx.findOne(CampaignEntity, { where: { projectId, id }, lock: { mode: 'pessimistic_write' } });
  }

  /** Newest first; without a status everything but archived ones. */
  list(
    tx: Tx,
    page: {
      projectId: string;
      status: CampaignStatus | null;
      search: string | null;
      beforeId: string | null;
      limit: number;
    },
  ): Promise<CampaignEntity[]> {
    const { projectId, status, search, beforeId, limit } = page;
    const named = search ? { name: Raw((name) => `strpos(lower(${name}), lower(:search)) > 0`, { search }) } : {};
    return tx.find(CampaignEntity, {
      where: {
        projectId,
        status: status ?? Not('ARCHIVED'),
        ...named,
        ...(beforeId ? { id: LessThan(beforeId) } : {}),
      },
      order: { id: 'DESC' },
      take: limit,
    });
  }

  /** Nobody else takes a name of the project before `tx` ends. */
  async isNameTaken(tx: Tx, campaign: { projectId: string; name: string; id: string }): Promise<boolean> {
    const { projectId, name, id } = campaign;
    await this.lockNames(tx, projectId);
    return tx.existsBy(CampaignEntity, { projectId, name, id: Not(id), status: Not('ARCHIVED') });
  }

  /** Which of these names campaigns of the project have; nobody else takes one before `tx` ends. */
  async namesTaken(tx: Tx, projectId: string, names: string[]): Promise<Set<string>> {
    await this.lockNames(tx, projectId);
    const where = { projectId, name: In(names), status: Not('ARCHIVED' as const) };
    const rows = await tx.find(CampaignEntity, { select: { name: true }, where });
    return new Set(rows.map(({ name }) => name));
  }

  private async lockNames(tx: Tx, projectId: string): Promise<void> {
    await query(tx, `SELECT pg_advisory_xact_lock(hashtext('campaign names'), hashtext($1))`, [projectId]);
  }

  save(tx: Tx, campaign: CampaignEntity): Promise<CampaignEntity> {
    return tx.save(campaign);
  }

  /** Adds a frozen version with the next number of its campaign, whose row the caller has locked. */
  async freeze(tx: Tx, version: Omit<CampaignVersionEntity, 'number' | 'createdAt'>): Promise<void> {
    await query(
      tx,
      `INSERT INTO campaign_version (id, project_id, campaign_id, channel_id, content, segment, launched_by, number)
       SELECT $1, $2, $3, $4, $5::jsonb, $6::jsonb, $7, coalesce(max(number), 0) + 1
       FROM campaign_version WHERE project_id = $2 AND campaign_id = $3`,
      [
        version.id,
        version.projectId,
        version.campaignId,
        version.channelId,
        JSON.stringify(version.content),
        version.segment && JSON.stringify(version.segment),
        version.launchedBy,
      ],
    );
  }

  /** A frozen version by its id alone: executions hold it, and they know their project. */
  findVersion(tx: Tx, id: string): Promise<CampaignVersionEntity | null> {
    return tx.findOneBy(CampaignVersionEntity, { id });
  }

  /** Marks published campaigns of a connection as withdrawn. */
  async withdrawAll(tx: Tx, campaigns: { projectId: string; ids: string[] }): Promise<void> {
    const { projectId, ids } = campaigns;
    await tx.update(
      CampaignEntity,
      { projectId, id: In(ids), status: 'PUBLISHED' },
      { status: 'WITHDRAWN', version: () => 'version + 1', updatedAt: () => 'now()' },
    );
  }
}
