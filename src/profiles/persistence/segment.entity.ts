import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { SegmentRules } from '../domain/segments/rules';

/** A saved segment. */
@Entity('segment')
@Index('uq_segment_name', ['projectId', 'name'], { unique: true, where: `status = 'ACTIVE'` })
@Index('ix_segment_project', ['projectId', 'id'])
@Check('ck_segment_status', `status IN ('ACTIVE', 'ARCHIVED')`)
export class SegmentEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_segment' })
  id!: string;

  @Column('uuid', { name: 'project_id' })
  projectId!: string;

  @Column('text')
  name!: string;

  @Column('jsonb')
  rules!: SegmentRules;

  /** Segments to which the rules refer directly. */
  @Column('uuid', { name: 'uses_segments', array: true, default: () => `'{}'` })
  usesSegments!: string[];

  /** Attributes to which the rules refer directly. */
  @Column('text', { name: 'uses_attributes', array: true, default: () => `'{}'` })
  usesAttributes!: string[];

  @Column('text', { default: 'ACTIVE' })
  status!: 'ACTIVE' | 'ARCHIVED';

  @Column('integer', { default: 1 })
  version!: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
