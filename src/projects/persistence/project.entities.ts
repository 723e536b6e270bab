import { Check, Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import type { Role } from '../domain/actor';

/** A customer of ours: everything belongs to one project. */
@Entity('project')
export class ProjectEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_project' })
  id!: string;

  @Column('text')
  name!: string;

  @Column('text', { name: 'time_zone', default: 'UTC' })
  timeZone!: string;

  @Column('text', { default: 'EU' })
  region!: string;

  @Column('integer', { default: 1 })
  version!: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}

/** An API key: its hash and what it may do. */
@Entity('api_key')
@Unique('uq_api_key_hash', ['keyHash'])
@Index('ix_api_key_project', ['projectId', 'id'])
@Check('ck_api_key_role', `role IN ('ADMIN', 'MARKETER', 'APPROVER', 'COPYWRITER', 'VIEWER', 'SUPPORT')`)
export class ApiKeyEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_api_key' })
  id!: string;

  @Column('uuid', { name: 'project_id' })
  projectId!: string;

  @Column('text')
  label!: string;

  @Column('text')
  role!: Role;

  @Column('text', { name: 'key_hash' })
  keyHash!: string;

  @Column('text')
  hint!: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;
}

/** Who changed what, when. */
@Entity('audit_entry')
@Index('ix_audit_entry_project', ['projectId', 'id'])
export class AuditEntryEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_audit_entry' })
  id!: string;

  @Column('uuid', { name: 'project_id' })
  projectId!: string;

  @Column('uuid', { name: 'actor_key_id' })
  actorKeyId!: string;

  @Column('text', { name: 'actor_label' })
  actorLabel!: string;

  @Column('text')
  action!: string;

  @Column('text', { name: 'subject_type' })
  subjectType!: string;

  @Column('text', { name: 'subject_id' })
  subjectId!: string;

  @Column('jsonb', { nullable: true })
  before!: object | null;

  @Column('jsonb', { nullable: true })
  after!: object | null;

  @Column('timestamptz', { default: () => 'now()' })
  at!: Date;
}
