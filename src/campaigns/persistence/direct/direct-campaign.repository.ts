import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { CampaignSegment } from '../../domain/campaign-segment';
import type { CampaignContent } from '../../domain/content/campaign-content';
import type { DirectStatus } from '../../domain/direct/direct-status';
import type { DirectSchedule, Occurrence } from '../../domain/direct/schedule';

/** A campaign that is sent from here. What goes out is what its last launch froze, never what is edited. */
export interface DirectCampaign {
  id: string;
  projectId: string;
  name: string;
  status: DirectStatus;
  content: CampaignContent;
  segment: CampaignSegment | null;
  schedule: DirectSchedule;
  /** Raised by every edit; equal to `launchedRevision` when what is live is what is edited. */
  contentRevision: number;
  launchedRevision: number | null;
  launchedVersionId: string | null;
  launchedSchedule: DirectSchedule | null;
  launches: number;
  /** When it goes out next, and the local day of that. */
  nextAt: Date | null;
  nextDay: string | null;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

const columns = `id, project_id AS "projectId", name, status, content, segment, schedule, content_revision AS "contentRevision",
  launched_revision AS "launchedRevision", launched_version_id AS "launchedVersionId", launched_schedule AS "launchedSchedule",
  launches, next_at AS "nextAt", next_day::text AS "nextDay", version, created_at AS "createdAt", updated_at AS "updatedAt"`;

/** What a new one starts with. */
export type NewDirectCampaign = Pick<DirectCampaign, 'id' | 'projectId' | 'name' | 'content' | 'segment' | 'schedule'>;

/** Direct campaigns of projects. */
@Injectable()
export class DirectCampaignRepository {
  async insert(tx: Tx, campaign: NewDirectCampaign): Promise<DirectCampaign> {
    const [row] = await query<DirectCampaign>(
      tx,
      `INSERT INTO direct_campaign (id, project_id, name, content, segment, schedule)
       VALUES ($1, $2, $3, $4, $5, $6) RETURNING ${columns}`,
      [campaign.id, campaign.projectId, campaign.name, ...asJson(campaign)],
    );
    return row as DirectCampaign;
  }

  async find(tx: Tx, projectId: string, id: string): Promise<DirectCampaign | null> {
    const sql = `SELECT ${columns} FROM direct_campaign WHERE project_id = $1 AND id = $2`;
    return (await query<DirectCampaign>(tx, sql, [projectId, id]))[0] ?? null;
  }

  /** Locks the row until `tx` ends. */
  async lock(tx: Tx, projectId: string, id: string): Promise<DirectCampaign | null> {
    const sql = `SELECT ${columns} FROM direct_campaign WHERE project_id = $1 AND id = $2 FOR UPDATE`;
    return (await query<DirectCampaign>(tx, sql, [projectId, id]))[0] ?? null;
  }

  /** Newest first; without a status everything but archived ones. */
  list(
    tx: Tx,
    page: {
      projectId: string;
      status: DirectStatus | null;
      search: string | null;
      beforeId: string | null;
      limit: number;
    },
  ): Promise<DirectCampaign[]> {
    return query(
      tx,
      `SELECT ${columns} FROM direct_campaign WHERE project_id = $1 AND ($2::text IS NULL AND status <> 'ARCHIVED' OR status = $2)
         AND ($3::uuid IS NULL OR id < $3) AND ($5::text IS NULL OR strpos(lower(name), lower($5)) > 0) ORDER BY id DESC LIMIT $4`,
      [page.projectId, page.status, page.beforeId, page.limit, page.search],
    );
  }

  /** Nobody else takes a name of the project before `tx` ends. */
  async isNameTaken(
    tx: Tx,
    { projectId, id, name }: { projectId: string; id: string; name: string },
  ): Promise<boolean> {
    await this.lockNames(tx, projectId);
    const sql = `SELECT 1 FROM direct_campaign WHERE project_id = $1 AND id <> $2 AND name = $3 AND status <> 'ARCHIVED'`;
    return (await query(tx, sql, [projectId, id, name])).length > 0;
  }

  /** Which of these names Direct campaigns of the project have; nobody else takes one before `tx` ends. */
  async namesTaken(tx: Tx, projectId: string, names: string[]): Promise<Set<string>> {
    await this.lockNames(tx, projectId);
    const sql = `SELECT name FROM direct_campaign WHERE project_id = $1 AND name = ANY($2) AND status <> 'ARCHIVED'`;
    return new Set((await query<{ name: string }>(tx, sql, [projectId, names])).map(({ name }) => name));
  }

  private async lockNames(tx: Tx, projectId: string): Promise<void> {
    await query(tx, `SELECT pg_advisory_xact_lock(hashtext('direct campaign names'), hashtext($1))`, [projectId]);
  }

  /** Writes a locked campaign back, one version on. */
  async save(tx: Tx, campaign: DirectCampaign): Promise<DirectCampaign> {
    const [row] = await query<DirectCampaign>(
      tx,
      `UPDATE direct_campaign SET name = $2, content = $3, segment = $4, schedule = $5, status = $6, content_revision = $7,
         launched_revision = $8, launched_version_id = $9, launched_schedule = $10, launches = $11, next_at = $12,
         next_day = $13, version = version + 1, updated_at = now()
       WHERE id = $1 RETURNING ${columns}`,
      [
        campaign.id,
        campaign.name,
        ...asJson(campaign),
        campaign.status,
        campaign.contentRevision,
        campaign.launchedRevision,
        campaign.launchedVersionId,
        campaign.launchedSchedule && JSON.stringify(campaign.launchedSchedule),
        campaign.launches,
        campaign.nextAt,
        campaign.nextDay,
      ],
    );
    return row as DirectCampaign;
  }

  /** Takes campaigns whose time has come; nobody else takes them before `tx` ends. */
  takeDue(tx: Tx, limit: number): Promise<DirectCampaign[]> {
    return query(
      tx,
      `SELECT ${columns} FROM direct_campaign WHERE status = 'SCHEDULED' AND next_at <= now() ORDER BY next_at LIMIT $1
       FOR UPDATE SKIP LOCKED`,
      [limit],
    );
  }

  /** Remembers when a campaign goes out next; without another time it is finished. Its author sees no new version. */
  async setNext(tx: Tx, id: string, next: Occurrence | null): Promise<void> {
    await execute(
      tx,
      `UPDATE direct_campaign SET next_at = $2, next_day = $3, status = CASE WHEN $2::timestamptz IS NULL THEN 'FINISHED' ELSE status END
       WHERE id = $1`,
      [id, next?.at ?? null, next?.day ?? null],
    );
  }
}

function asJson({ content, segment, schedule }: NewDirectCampaign): [string, string | null, string] {
  return [JSON.stringify(content), segment && JSON.stringify(segment), JSON.stringify(schedule)];
}
