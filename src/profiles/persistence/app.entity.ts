import { Check, Column, Entity, PrimaryColumn, Unique } from 'typeorm';
import type { Platform } from '../domain/app';

/** An integrated app or site of a project. */
@Entity('app')
@Unique('uq_app_name', ['projectId', 'name'])
@Unique('uq_app_sdk_key', ['sdkKeyHash'])
@Check('ck_app_platform', `platform IN ('ANDROID', 'IOS', 'WEB')`)
export class AppEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_app' })
  id!: string;

  @Column('uuid', { name: 'project_id' })
  projectId!: string;

  @Column('text')
  name!: string;

  @Column('text')
  platform!: Platform;

  @Column('text', { name: 'sdk_key_hash' })
  sdkKeyHash!: string;

  /** Enough to recognise the key, not to use it. */
  @Column('text', { name: 'sdk_key_hint' })
  sdkKeyHint!: string;

  /** Sealed; when set, a device must prove the user ID that it reports. */
  @Column('text', { name: 'identity_secret', nullable: true })
  identitySecret!: string | null;

  @Column('boolean', { name: 'is_enabled', default: true })
  isEnabled!: boolean;

  /** New installations, and user IDs that nobody had, taken within an hour. */
  @Column('integer', { name: 'registrations_per_hour', default: 100_000 })
  registrationsPerHour!: number;

  /** How many of them may come from one client address. */
  @Column('integer', { name: 'registrations_per_address', default: 1_000 })
  registrationsPerAddress!: number;

  @Column('integer', { default: 1 })
  version!: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
