import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** How a task ended, or that it has not. */
export type TaskStatus = 'RUNNING' | 'SUCCEEDED' | 'PARTLY_FAILED' | 'FAILED';

/** A longer piece of work that people can watch. */
@Entity('task')
@Index('ix_task_project', ['projectId', 'id'])
@Check('ck_task_status', `status IN ('RUNNING', 'SUCCEEDED', 'PARTLY_FAILED', 'FAILED')`)
export class TaskEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_task' })
  id!: string;

  @Column('uuid', { name: 'project_id' })
  projectId!: string;

  @Column('uuid', { name: 'connection_id', nullable: true })
  connectionId!: string | null;

  @Column('text')
  kind!: string;

  @Column('text')
  title!: string;

  @Column('text', { default: 'RUNNING' })
  status!: TaskStatus;

  @Column('text', { name: 'triggered_by' })
  triggeredBy!: string;

  @Column('integer', { nullable: true })
  total!: number | null;

  @Column('integer', { default: 0 })
  processed!: number;

  @Column('integer', { default: 0 })
  succeeded!: number;

  @Column('integer', { default: 0 })
  failed!: number;

  @Column('text', { nullable: true })
  detail!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  /** Null while it waits for its turn. */
  @Column('timestamptz', { name: 'started_at', nullable: true, default: () => 'now()' })
  startedAt!: Date | null;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt!: Date | null;
}
