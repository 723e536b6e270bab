import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { PublicationState } from '../../domain/content/campaign-status';

/** What Optimove is to know of a campaign on one channel, and how far that has come. Kept after withdrawal. */
@Entity('template_publication')
@Index('uq_template_publication_channel', ['projectId', 'campaignId', 'channelId'], { unique: true })
@Index('ix_template_publication_template', ['connectionId', 'optimoveChannelId', 'optimoveTemplateId'])
@Index('ix_template_publication_open', ['updatedAt'], { where: `state IN ('PENDING', 'WITHDRAWING')` })
@Check('ck_template_publication_state', `state IN ('PENDING', 'PUBLISHED', 'FAILED', 'WITHDRAWING', 'WITHDRAWN')`)
export class TemplatePublicationEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_template_publication' })
  id!: string;

  @Column('uuid', { name: 'project_id' })
  projectId!: string;

  @Column('uuid', { name: 'campaign_id' })
  campaignId!: string;

  @Column('uuid', { name: 'connection_id' })
  connectionId!: string;

  @Column('uuid', { name: 'channel_id' })
  channelId!: string;

  @Column('integer', { name: 'optimove_channel_id' })
  optimoveChannelId!: number;

  @Column('integer', { name: 'optimove_template_id' })
  optimoveTemplateId!: number;

  @Column('text', { name: 'template_name' })
  templateName!: string;

  /** The apps of its campaign, as Optimove is to know them; empty: it is for all. */
  @Column('jsonb', { default: [] })
  apps!: { id: string; name: string }[];

  @Column('uuid', { name: 'version_id' })
  versionId!: string;

  @Column('text', { default: 'PENDING' })
  state!: PublicationState;

  /** Raised by every wish, so that an answer to an older one changes nothing. */
  @Column('integer', { default: 1 })
  revision!: number;

  @Column('text', { name: 'error_code', nullable: true })
  errorCode!: string | null;

  @Column('text', { name: 'last_error', nullable: true })
  lastError!: string | null;

  @Column('timestamptz', { name: 'published_at', nullable: true })
  publishedAt!: Date | null;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
