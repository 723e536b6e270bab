import { query, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** An execution as people see it. */
export interface ListedExecution {
  id: string;
  kind: string;
  /** This and the next three: null for an execution of a Direct campaign. */
  connectionId: string | null;
  channelId: string | null;
  optimoveChannelId: number | null;
  optimoveCampaignId: string | null;
  /** Null for one that Optimove asked for. */
  directCampaignId: string | null;
  runDate: string;
  state: string;
  reason: string | null;
  holdReason: string | null;
  announcedAt: Date;
  pausedAt: Date | null;
  frozenAt: Date | null;
  completedAt: Date | null;
}

/** A recipient as people see it. */
export interface ListedRecipient {
  seq: number;
  customerId: string;
  optimoveTemplateId: string;
  dueAt: Date;
  profileId: string | null;
  endState: string | null;
  reason: string | null;
  endedAt: Date | null;
}

/** A slice of a list: what it is narrowed to, after which row, how many. */
export interface ExecutionsFilter {
  projectId: string;
  connectionId: string | null;
  directCampaignId?: string;
  state: string | null;
  kind?: string | null;
  optimoveCampaignId?: string | null;
  /** A campaign of ours that a template of the execution stands for. */
  campaignId?: string | null;
  /** Days of the run that count as well, `YYYY-MM-DD`. */
  fromDay?: string | null;
  toDay?: string | null;
  beforeId: string | null;
  limit: number;
}

/** The page of one campaign's executions. */
export interface CampaignPage {
  campaignId: string;
  beforeId: string | null;
  limit: number;
}

const executionColumns = `id, kind, connection_id AS "connectionId", channel_id AS "channelId", optimove_channel_id AS "optimoveChannelId",
  CASE WHEN kind <> 'DIRECT' THEN optimove_campaign_id END AS "optimoveCampaignId",
  CASE WHEN kind = 'DIRECT' THEN optimove_campaign_id END AS "directCampaignId",
  run_date::text AS "runDate", state, reason, hold_reason AS "holdReason",
  announced_at AS "announcedAt", paused_at AS "pausedAt", frozen_at AS "frozenAt", completed_at AS "completedAt"`;

const recipientColumns = `seq, customer_id AS "customerId", optimove_template_id AS "optimoveTemplateId", due_at AS "dueAt",
  profile_id AS "profileId", end_state AS "endState", reason, ended_at AS "endedAt"`;

/** Lists for people, always of one project. */
@Injectable()
export class ExecutionListRepository {
  constructor(private readonly transactions: Transactions) {}

  async find(projectId: string, id: string): Promise<ListedExecution | null> {
    const [row] = await query<ListedExecution>(
      this.transactions.pool,
      `SELECT ${executionColumns} FROM execution WHERE project_id = $1 AND id = $2`,
      [projectId, id],
    );
    return row ?? null;
  }

  /** Newest first. */
  list(filter: ExecutionsFilter): Promise<ListedExecution[]> {
    const { campaignId } = filter;
    const ofCampaign = `AND id IN (SELECT t.execution_id FROM campaign_version v
           JOIN execution_template t ON t.version_id = v.id WHERE v.project_id = $1 AND v.campaign_id = $11)`;
    return query(
      this.transactions.pool,
      `SELECT ${executionColumns} FROM execution
       WHERE project_id = $1 AND ($2::uuid IS NULL OR connection_id = $2) AND ($3::text IS NULL OR state = $3)
         AND ($4::uuid IS NULL OR id < $4) AND ($5::text IS NULL OR (kind = 'DIRECT' AND optimove_campaign_id = $5))
         AND ($6::text IS NULL OR kind = $6) AND ($7::text IS NULL OR (kind <> 'DIRECT' AND optimove_campaign_id = $7))
         AND ($9::date IS NULL OR run_date >= $9) AND ($10::date IS NULL OR run_date <= $10)
         ${campaignId ? ofCampaign : ''}
       ORDER BY id DESC LIMIT $8`,
      [
        filter.projectId,
        filter.connectionId,
        filter.state,
        filter.beforeId,
        filter.directCampaignId ?? null,
        filter.kind ?? null,
        filter.optimoveCampaignId ?? null,
        filter.limit,
        filter.fromDay ?? null,
        filter.toDay ?? null,
        ...(campaignId ? [campaignId] : []),
      ],
    );
  }

  /** A page for each of some campaigns of the project, newest first, in the order of the pages. */
  async ofCampaigns(projectId: string, pages: readonly CampaignPage[]): Promise<ListedExecution[][]> {
    const rows = await query<ListedExecution & { page: number }>(
      this.transactions.pool,
      `SELECT k.page::int, e.* FROM unnest($2::uuid[], $3::uuid[], $4::int[]) WITH ORDINALITY AS k(campaign_id, before_id, most, page)
       CROSS JOIN LATERAL (
         SELECT ${executionColumns} FROM execution
         WHERE project_id = $1 AND (k.before_id IS NULL OR id < k.before_id)
           AND id IN (SELECT t.execution_id FROM campaign_version v
             JOIN execution_template t ON t.version_id = v.id WHERE v.project_id = $1 AND v.campaign_id = k.campaign_id)
         ORDER BY id DESC LIMIT k.most
       ) e ORDER BY k.page, e.id DESC`,
      [
        projectId,
        pages.map(({ campaignId }) => campaignId),
        pages.map(({ beforeId }) => beforeId),
        pages.map(({ limit }) => limit),
      ],
    );
    const listed = pages.map((): ListedExecution[] => []);
    for (const { page, ...row } of rows) listed[page - 1]?.push(row);
    return listed;
  }

  /** In the order of the audience, after `afterSeq`. */
  recipients(
    projectId: string,
    executionId: string,
    page: { endState: string | null; afterSeq: number; limit: number },
  ): Promise<ListedRecipient[]> {
    return query(
      this.transactions.pool,
      `SELECT ${recipientColumns} FROM recipient
       WHERE execution_id = $1 AND project_id = $2 AND seq > $3 AND ($4::text IS NULL OR end_state = $4) ORDER BY seq LIMIT $5`,
      [executionId, projectId, page.afterSeq, page.endState, page.limit],
    );
  }
}
