import { query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { Not } from 'typeorm';
import type { SavedRules } from '../domain/segments/inline-segments';
import type { SegmentRules } from '../domain/segments/rules';
import { SegmentEntity } from './segment.entity';

/** Which segments to list. */
export interface SegmentPage {
  projectId: string;
  search: string | null;
  includeArchived: boolean;
  beforeId: string | null;
  limit: number;
}

/** Saved segments. */
@Injectable()
export class SegmentRepository {
  find(tx: Tx, projectId: string, id: string): Promise<SegmentEntity | null> {
    return tx.findOneBy(SegmentEntity, { projectId, id });
  }

  /** Locks the row until `tx` ends. */
  lock(tx: Tx, projectId: string, id: string): Promise<SegmentEntity | null> {
    return tx.findOne(SegmentEntity, { where: { projectId, id }, lock: { mode: 'pessimistic_write' } });
  }

  /** One writer of segments at a time in a project, so that two edits cannot make a circle together. */
  async serialise(tx: Tx, projectId: string): Promise<void> {
    await query(tx, `SELECT pg_advisory_xact_lock(hashtext('segments'), hashtext($1))`, [projectId]);
  }

  /** Newest first; `search` is a part of the name, without regard to case. */
  list(tx: Tx, { projectId, search, includeArchived, beforeId, limit }: SegmentPage): Promise<SegmentEntity[]> {
    const listed = tx.createQueryBuilder(SegmentEntity, 's').where('s.projectId = :projectId', { projectId });
    if (!includeArchived) listed.andWhere(`s.status = 'ACTIVE'`);
    if (search) listed.andWhere('strpos(lower(s.name), lower(:search)) > 0', { search });
    if (beforeId) listed.andWhere('s.id < :beforeId', { beforeId });
    return listed.orderBy('s.id', 'DESC').take(limit).getMany();
  }

  isNameTaken(tx: Tx, { projectId, id, name }: { projectId: string; id: string; name: string }): Promise<boolean> {
    return tx.existsBy(SegmentEntity, { projectId, name, id: Not(id), status: 'ACTIVE' });
  }

  save(tx: Tx, segment: SegmentEntity): Promise<SegmentEntity> {
    return tx.save(segment);
  }

  /** The active segments that can be reached from these, with them. */
  async reachable(tx: Tx, projectId: string, ids: string[]): Promise<Map<string, SavedRules>> {
    if (ids.length === 0) return new Map();
    const rows = await query<{ id: string; name: string; rules: SegmentRules }>(
      tx,
      `WITH RECURSIVE reached(id, uses_segments) AS (
         SELECT s.id, s.uses_segments FROM segment s WHERE s.project_id = $1 AND s.id = ANY($2::uuid[])
         UNION
         SELECT s.id, s.uses_segments FROM reached r JOIN segment s ON s.id = ANY(r.uses_segments) AND s.project_id = $1
       )
       SELECT s.id, s.name, s.rules FROM segment s
       WHERE s.project_id = $1 AND s.status = 'ACTIVE' AND s.id IN (SELECT id FROM reached)`,
      [projectId, ids],
    );
    return new Map(rows.map(({ id, name, rules }) => [id, { name, rules }]));
  }

  /** Active segments whose rules name a segment or an attribute. */
  users(
    tx: Tx,
    { projectId, segmentId, attribute }: { projectId: string; segmentId?: string; attribute?: string },
  ): Promise<{ id: string; name: string; rules: SegmentRules }[]> {
    return query(
      tx,
      `SELECT id, name, rules FROM segment
       WHERE project_id = $1 AND status = 'ACTIVE' AND ($2::uuid = ANY(uses_segments) OR $3::text = ANY(uses_attributes))
       ORDER BY id`,
      [projectId, segmentId ?? null, attribute ?? null],
    );
  }
}
