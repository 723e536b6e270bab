import { Check, Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** One address, number or user that must not be contacted on a medium (or on any). */
@Entity('suppression_entry')
@Unique('uq_suppression_entry', ['projectId', 'kind', 'value', 'medium'])
@Check('ck_suppression_entry_kind', `kind IN ('USER_ID', 'EMAIL', 'MOBILE_NUMBER')`)
@Check('ck_suppression_entry_medium', `medium IN ('ANY', 'MOBILE_PUSH', 'WEB_PUSH', 'SMS', 'EMAIL', 'INBOX', 'IN_APP')`)
@Index('ix_suppression_entry_project', ['projectId', 'id'])
export class SuppressionEntryEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_suppression_entry' })
  id!: string;

  @Column('uuid', { name: 'project_id' })
  projectId!: string;

  @Column('text')
  kind!: string;

  @Column('text')
  value!: string;

  /** A medium, or `ANY`. */
  @Column('text')
  medium!: string;

  @Column('text')
  reason!: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
