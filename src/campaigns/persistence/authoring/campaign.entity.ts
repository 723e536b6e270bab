import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { CampaignSegment } from '../../domain/campaign-segment';
import type { CampaignType } from '../../domain/campaign-type';
import type { CampaignContent } from '../../domain/content/campaign-content';
import type { CampaignStatus } from '../../domain/content/campaign-status';

/** A campaign for Optimove as its author edits it. What is sent is a frozen version, never this row. */
@Entity('campaign')
@Index('uq_campaign_name', ['projectId', 'name'], { unique: true, where: `status <> 'ARCHIVED'` })
@Index('ix_campaign_project', ['projectId', 'id'])
@Index('uq_campaign_optimove_template', ['projectId', 'connectionId', 'optimoveTemplateId'], { unique: true })
@Check('ck_campaign_status', `status IN ('DRAFT', 'PUBLISHED', 'WITHDRAWN', 'ARCHIVED')`)
@Check('ck_campaign_type', `type IN ('OPTIMOVE', 'IN_APP')`)
@Check(
  'ck_campaign_channel',
  `(channel_id IS NULL) = (connection_id IS NULL) AND (channel_id IS NOT NULL OR status IN ('DRAFT', 'ARCHIVED'))`,
)
@Check('ck_campaign_optimove_template', 'optimove_template_id > 0')
export class CampaignEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_campaign' })
  id!: string;

  @Column('uuid', { name: 'project_id' })
  projectId!: string;

  /** Null until a channel is chosen. */
  @Column('uuid', { name: 'connection_id', nullable: true })
  connectionId!: string | null;

  @Column('uuid', { name: 'channel_id', nullable: true })
  channelId!: string | null;

  @Column('text', { default: 'OPTIMOVE' })
  type!: CampaignType;

  @Column('text')
  name!: string;

  @Column('text', { default: 'DRAFT' })
  status!: CampaignStatus;

  @Column('jsonb')
  content!: CampaignContent;

  @Column('jsonb', { nullable: true })
  segment!: CampaignSegment | null;

  @Column('integer', { name: 'optimove_template_id' })
  optimoveTemplateId!: number;

  /** Raised by every change of content or channel; equal to `launchedRevision` when what is live is what is edited. */
  @Column('integer', { name: 'content_revision', default: 1 })
  contentRevision!: number;

  @Column('integer', { name: 'launched_revision', nullable: true })
  launchedRevision!: number | null;

  @Column('integer', { default: 1 })
  version!: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
