import type { FrozenSegment } from '@modules/profiles';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { CampaignContent } from '../../domain/content/campaign-content';

/** What a launch froze. Never changed and never deleted: executions of later days still send it. */
@Entity('campaign_version')
@Index('uq_campaign_version_number', ['projectId', 'campaignId', 'number'], { unique: true })
export class CampaignVersionEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_campaign_version' })
  id!: string;

  @Column('uuid', { name: 'project_id' })
  projectId!: string;

  @Column('uuid', { name: 'campaign_id' })
  campaignId!: string;

  @Column('uuid', { name: 'channel_id', nullable: true })
  channelId!: string | null;

  @Column('integer')
  number!: number;

  @Column('jsonb')
  content!: CampaignContent;

  @Column('jsonb', { nullable: true })
  segment!: FrozenSegment | null;

  /** Who launched it; null where that was not written down. */
  @Column('text', { name: 'launched_by', nullable: true })
  launchedBy!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
