import { Check, Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import type { Metric, PostState } from '../domain/metric';

/** One metric of a template of a campaign on a channel: what we owe Optimove and what it has acknowledged. */
@Entity('metric_total')
@Unique('uq_metric_total', [
  'projectId',
  'connectionId',
  'accountId',
  'optimoveCampaignId',
  'optimoveChannelId',
  'optimoveTemplateId',
  'metric',
])
@Index('ix_metric_total_owed', ['connectionId', 'nextTryAt'], { where: `state = 'OWED'` })
@Check(
  'ck_metric_total_metric',
  `metric IN ('SENT', 'DELIVERED', 'DROPPED', 'OPENED', 'CLICKED', 'UNSUBSCRIBED', 'COMPLAINED', 'BOUNCED')`,
)
@Check('ck_metric_total_state', `state IN ('OWED', 'ACKNOWLEDGED', 'REFUSED', 'UNCERTAIN', 'EXPIRED')`)
export class MetricTotalEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_metric_total' })
  id!: string;

  @Column('uuid', { name: 'project_id' })
  projectId!: string;

  @Column('uuid', { name: 'connection_id' })
  connectionId!: string;

  /** The account at Optimove that is told; the connection may be another one's by now. The database fills it in. */
  @Column({ type: 'uuid', name: 'account_id', insert: false })
  accountId!: string;

  @Column('text', { name: 'optimove_campaign_id' })
  optimoveCampaignId!: string;

  @Column('integer', { name: 'optimove_channel_id' })
  optimoveChannelId!: number;

  @Column('text', { name: 'optimove_template_id' })
  optimoveTemplateId!: string;

  @Column('text')
  metric!: Metric;

  @Column('integer', { name: 'owed_value' })
  owedValue!: number;

  @Column('integer', { name: 'acknowledged_value', default: 0 })
  acknowledgedValue!: number;

  /** Added since `acknowledgedValue` by posts without an answer: it may have counted, and is never posted again. */
  @Column('integer', { name: 'uncertain_value', default: 0 })
  uncertainValue!: number;

  /** Set while a post of this value is under way: a process that died left it behind. */
  @Column('integer', { name: 'posting_value', nullable: true })
  postingValue!: number | null;

  /** Optimove is told nothing more of the campaign after that; null: not known. */
  @Column('timestamptz', { name: 'closes_at', nullable: true })
  closesAt!: Date | null;

  @Column('text', { default: 'OWED' })
  state!: PostState;

  @Column('integer', { default: 0 })
  tries!: number;

  @Column('timestamptz', { name: 'next_try_at', default: () => 'now()' })
  nextTryAt!: Date;

  /** Since when Optimove ought to know the value; failures do not move it. */
  @Column('timestamptz', { name: 'due_since', default: () => 'now()' })
  dueSince!: Date;

  @Column('text', { name: 'last_error', nullable: true })
  lastError!: string | null;

  @Column('timestamptz', { name: 'acknowledged_at', nullable: true })
  acknowledgedAt!: Date | null;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
