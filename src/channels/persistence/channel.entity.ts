import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { ChannelKind, ChannelState } from '../domain/channel-kind';

/** One Optimove channel of a connection. Removed ones stay for history. */
@Entity('channel')
@Index('uq_channel_optimove_id', ['projectId', 'connectionId', 'optimoveChannelId'], {
  unique: true,
  where: "state <> 'REMOVED'",
})
@Index('ix_channel_connection', ['connectionId', 'optimoveChannelId'])
@Check('ck_channel_kind', `kind IN ('MOBILE_PUSH', 'WEB_PUSH', 'TRIGGERED', 'SMS_SUBSCRIPTION')`)
@Check('ck_channel_spread', 'spread_minutes BETWEEN 0 AND 1440')
@Check('ck_channel_state', `state IN ('PENDING', 'ACTIVE', 'FAILED', 'REMOVED')`)
@Check('ck_channel_subscription', `(kind = 'SMS_SUBSCRIPTION') = (optimove_channel_id = 444)`)
export class ChannelEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_channel' })
  id!: string;

  @Column('uuid', { name: 'project_id' })
  projectId!: string;

  @Column('uuid', { name: 'connection_id' })
  connectionId!: string;

  @Column('text')
  kind!: ChannelKind;

  @Column('text')
  name!: string;

  @Column('integer', { name: 'optimove_channel_id' })
  optimoveChannelId!: number;

  @Column('text', { default: 'PENDING' })
  state!: ChannelState;

  @Column('text', { name: 'last_error', nullable: true })
  lastError!: string | null;

  @Column('timestamptz', { name: 'listener_registered_at', nullable: true })
  listenerRegisteredAt!: Date | null;

  @Column('text', { name: 'listener_fingerprint', nullable: true })
  listenerFingerprint!: string | null;

  @Column('integer', { name: 'spread_minutes', default: 0 })
  spreadMinutes!: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
