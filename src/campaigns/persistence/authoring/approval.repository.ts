import { newId } from '@libs/foundation';
import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { ApprovalKind, ApprovalState } from '../../domain/approval';

/** A request to launch a campaign, with the campaign's name and version as of now. */
export interface ApprovalRequest {
  id: string;
  kind: ApprovalKind;
  campaignId: string;
  campaignName: string;
  campaignVersion: number;
  state: ApprovalState;
  note: string | null;
  requestedBy: string;
  requestedAt: Date;
  decisionNote: string | null;
  decidedBy: string | null;
  decidedAt: Date | null;
}

const columns = `r.id, r.kind, r.campaign_id AS "campaignId", coalesce(c.name, d.name) AS "campaignName",
  coalesce(c.version, d.version) AS "campaignVersion", r.state, r.note, r.requested_by AS "requestedBy",
  r.requested_at AS "requestedAt", r.decision_note AS "decisionNote", r.decided_by AS "decidedBy", r.decided_at AS "decidedAt"`;
const joined = `approval_request r
  LEFT JOIN campaign c ON r.kind = 'CAMPAIGN' AND c.project_id = r.project_id AND c.id = r.campaign_id
  LEFT JOIN direct_campaign d ON r.kind = 'DIRECT' AND d.project_id = r.project_id AND d.id = r.campaign_id`;

/** A campaign of either kind. */
interface Subject {
  projectId: string;
  campaignId: string;
}

/** Requests to launch campaigns. Whoever writes one has locked the campaign. */
@Injectable()
export class ApprovalRepository {
  /** A new pending request in the place of one that is pending. */
  async add(
    tx: Tx,
    request: Subject & { kind: ApprovalKind; note: string | null; requestedBy: string },
  ): Promise<string> {
    await this.supersede(tx, request);
    const id = newId();
    await execute(
      tx,
      `INSERT INTO approval_request (id, project_id, kind, campaign_id, note, requested_by) VALUES ($1, $2, $3, $4, $5, $6)`,
      [id, request.projectId, request.kind, request.campaignId, request.note, request.requestedBy],
    );
    return id;
  }

  /** What was asked for is not what the campaign is any more. */
  async supersede(tx: Tx, { projectId, campaignId }: Subject): Promise<void> {
    await execute(
      tx,
      `UPDATE approval_request SET state = 'SUPERSEDED', decided_at = now()
       WHERE project_id = $1 AND campaign_id = $2 AND state = 'PENDING'`,
      [projectId, campaignId],
    );
  }

  /** A launch grants what is pending. */
  async approve(tx: Tx, { projectId, campaignId, by }: Subject & { by: string }): Promise<void> {
    await execute(
      tx,
      `UPDATE approval_request SET state = 'APPROVED', decided_by = $3, decided_at = now()
       WHERE project_id = $1 AND campaign_id = $2 AND state = 'PENDING'`,
      [projectId, campaignId, by],
    );
  }

  /** Gives a pending request back; false when it is not pending any more. */
  async giveBack(tx: Tx, request: { projectId: string; id: string; by: string; note: string }): Promise<boolean> {
    const changed = await execute(
      tx,
      `UPDATE approval_request SET state = 'RETURNED', decided_by = $3, decision_note = $4, decided_at = now()
       WHERE project_id = $1 AND id = $2 AND state = 'PENDING'`,
      [request.projectId, request.id, request.by, request.note],
    );
    return changed === 1;
  }

  async find(tx: Tx, projectId: string, id: string): Promise<ApprovalRequest | null> {
    const sql = `SELECT ${columns} FROM ${joined} WHERE r.project_id = $1 AND r.id = $2`;
    return (await query<ApprovalRequest>(tx, sql, [projectId, id]))[0] ?? null;
  }

  /** Newest first. */
  list(
    tx: Tx,
    page: { projectId: string; state: ApprovalState | null; beforeId: string | null; limit: number },
  ): Promise<ApprovalRequest[]> {
    return query(
      tx,
      `SELECT ${columns} FROM ${joined} WHERE r.project_id = $1 AND ($2::text IS NULL OR r.state = $2)
         AND ($3::uuid IS NULL OR r.id < $3) ORDER BY r.id DESC LIMIT $4`,
      [page.projectId, page.state, page.beforeId, page.limit],
    );
  }

  /** The latest request of each of these campaigns. */
  async latest(tx: Tx, projectId: string, campaignIds: readonly string[]): Promise<Map<string, ApprovalRequest>> {
    const rows = await query<ApprovalRequest>(
      tx,
      `SELECT DISTINCT ON (r.campaign_id) ${columns} FROM ${joined}
       WHERE r.project_id = $1 AND r.campaign_id = ANY($2::uuid[]) ORDER BY r.campaign_id, r.id DESC`,
      [projectId, campaignIds],
    );
    return new Map(rows.map((row) => [row.campaignId, row]));
  }
}
