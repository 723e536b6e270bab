import { query, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { summedTallies } from './folded-sums.repository';

/** What is summed: executions, or campaigns of ours (Direct ones too) over all their executions. */
export type SummedKind = 'EXECUTION' | 'CAMPAIGN';

/** One sum of an execution or a campaign. */
export interface MediumTally {
  ownerId: string;
  measure: string;
  count: number;
}

/** A link with its clicks. Without a text: clicks on no link of the content. */
export interface LinkClicks {
  ownerId: string;
  medium: string;
  id: string;
  position: number;
  link: string | null;
  /** People who followed it. */
  clicked: number;
  clicks: number;
  machineClicks: number;
}

/** Where a page of links goes on. */
export type LinkPosition = Pick<LinkClicks, 'medium' | 'position' | 'id'>;

const ownerIds = { EXECUTION: 'e.id', CAMPAIGN: 'v.campaign_id' } as const;

const templates = `execution e JOIN execution_template x ON x.execution_id = e.id LEFT JOIN campaign_version v ON v.id = x.version_id`;

/** Sums by medium and by link. They stay when people are dropped from the ledger. */
@Injectable()
export class MediumFunnelRepository {
  constructor(private readonly transactions: Transactions) {}

  /** Sums of media, `PEOPLE:…` and `EVENT:…`; of executions by themselves or of one campaign in them. */
  tallies(
    projectId: string,
    kind: SummedKind,
    { ids, campaignId = null }: { ids: readonly string[]; campaignId?: string | null },
  ): Promise<MediumTally[]> {
    return query(
      this.transactions.pool,
      `SELECT ${ownerIds[kind]} AS "ownerId", t.measure, sum(t.count)::int AS count
       FROM ${templates} CROSS JOIN LATERAL ${summedTallies} AND t.optimove_template_id = x.optimove_template_id
       WHERE e.project_id = $1 AND ${ownerIds[kind]} = ANY($2::uuid[]) AND ($3::uuid IS NULL OR v.campaign_id = $3)
         AND (t.measure LIKE 'PEOPLE:%' OR t.measure LIKE 'EVENT:%:%')
       GROUP BY 1, 2`,
      [projectId, ids, campaignId],
    );
  }

  /** Links of one execution or campaign, by medium and place in the content; after `after`. */
  links(
    projectId: string,
    kind: SummedKind,
    { id, after, limit }: { id: string; after: LinkPosition | null; limit: number },
  ): Promise<LinkClicks[]> {
    const place = '(l.medium, min(l.position), l.link_id)';
    return query(
      this.transactions.pool,
      `${linkSums(kind)} AND ($3::text IS NULL OR ${place} > ($3::text, $4::int, $5::text))
       ORDER BY ${place} LIMIT $6`,
      [projectId, [id], after?.medium ?? null, after?.position ?? null, after?.id ?? null, limit],
    );
  }

  /** Every link of some executions, or of one campaign in them, in the order of {@link links}. */
  linksOf(projectId: string, executionIds: readonly string[], campaignId: string | null): Promise<LinkClicks[]> {
    return query(
      this.transactions.pool,
      `${linkSums('EXECUTION', 'AND ($3::uuid IS NULL OR v.campaign_id = $3)')}
       ORDER BY l.medium, min(l.position), l.link_id`,
      [projectId, executionIds, campaignId],
    );
  }
}

/** Links of the content, followed or not; the place for clicks on others only when there are any. */
function linkSums(kind: SummedKind, more = ''): string {
  return `SELECT ${ownerIds[kind]} AS "ownerId", l.medium, l.link_id AS id, min(l.position) AS position, l.link,
      sum(l.people)::int AS clicked, sum(l.clicks)::int AS clicks, sum(l.machine_clicks)::int AS "machineClicks"
    FROM ${templates} JOIN execution_link l ON l.execution_id = e.id AND l.optimove_template_id = x.optimove_template_id
    WHERE e.project_id = $1 AND ${ownerIds[kind]} = ANY($2::uuid[]) ${more}
    GROUP BY ${ownerIds[kind]}, l.medium, l.link_id, l.link
    HAVING (l.link IS NOT NULL OR sum(l.clicks + l.machine_clicks) > 0)`;
}
