import type { Medium, ProviderSettings } from '@libs/delivery';
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { ProviderAccountState } from '../domain/provider-account';

/** An account at a provider. Secrets are sealed together, bound to the id, and erased when it is deleted. */
@Entity('provider_account')
@Index('uq_provider_account_name', ['projectId', 'name'], { unique: true, where: "state <> 'DELETED'" })
@Index('uq_provider_account_default', ['projectId', 'serves'], {
  unique: true,
  where: "is_default AND app_id IS NULL AND state <> 'DELETED'",
})
@Index('uq_provider_account_app', ['projectId', 'serves', 'appId'], {
  unique: true,
  where: "is_default AND app_id IS NOT NULL AND state <> 'DELETED'",
})
@Check('ck_provider_account_rate', 'messages_per_second BETWEEN 1 AND 100000')
@Check('ck_provider_account_state', `state IN ('ACTIVE', 'FAILED', 'DELETED')`)
export class ProviderAccountEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_provider_account' })
  id!: string;

  @Column('uuid', { name: 'project_id' })
  projectId!: string;

  @Column('text')
  provider!: string;

  @Column('text')
  medium!: Medium;

  /** The push service whose tokens it takes, or the medium where there is none. */
  @Column('text')
  serves!: string;

  /** The app whose devices alone it is for; null: those of every app without an account of its own. */
  @Column('uuid', { name: 'app_id', nullable: true })
  appId!: string | null;

  @Column('text')
  name!: string;

  @Column('jsonb')
  settings!: ProviderSettings;

  @Column('text', { name: 'sealed_secrets', nullable: true })
  sealedSecrets!: string | null;

  @Column('jsonb', { name: 'secret_hints' })
  secretHints!: Record<string, string>;

  @Column('boolean', { name: 'is_default' })
  isDefault!: boolean;

  @Column('integer', { name: 'messages_per_second', nullable: true })
  messagesPerSecond!: number | null;

  @Column('text', { default: 'ACTIVE' })
  state!: ProviderAccountState;

  @Column('timestamptz', { name: 'last_verified_at', nullable: true })
  lastVerifiedAt!: Date | null;

  @Column('text', { name: 'last_error', nullable: true })
  lastError!: string | null;

  @Column('integer', { default: 1 })
  version!: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
