import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One Optimove account as a project uses it. The token is sealed and erased a day after deletion. */
@Entity('connection')
@Index('uq_connection_name', ['projectId', 'name'], { unique: true, where: 'deleted_at IS NULL' })
@Index('ix_connection_project', ['projectId', 'id'])
@Check('ck_connection_status', `status IN ('ACTIVE', 'AUTHENTICATION_FAILED')`)
@Check('ck_connection_metrics_mode', `metrics_mode IN ('ABSOLUTE', 'DELTA')`)
@Check('ck_connection_page_size', 'page_size BETWEEN 1 AND 200000')
@Check('ck_connection_calls_per_second', 'calls_per_second > 0')
@Check('ck_connection_triggered', 'triggered_per_minute > 0 AND triggered_per_person_per_hour > 0')
export class ConnectionEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_connection' })
  id!: string;

  @Column('uuid', { name: 'project_id' })
  projectId!: string;

  @Column('text')
  name!: string;

  @Column('text')
  endpoint!: string;

  /** The same for the connections of the project to one account; a changed token changes nothing, another endpoint does. */
  @Column('uuid', { name: 'account_id' })
  accountId!: string;

  @Column('text', { name: 'api_token', nullable: true })
  apiToken!: string | null;

  @Column('text', { name: 'api_token_hint' })
  apiTokenHint!: string;

  /** Of the last token, once the connection is deleted; before, only connections of earlier versions have one, of a token they had. */
  @Column('bytea', { name: 'api_token_digest', nullable: true })
  apiTokenDigest!: Buffer | null;

  @Column('timestamptz', { name: 'api_token_set_at', default: () => 'now()' })
  apiTokenSetAt!: Date;

  @Column('text', { name: 'callback_secret' })
  callbackSecret!: string;

  @Column('text', { name: 'user_id_attribute', nullable: true })
  userIdAttribute!: string | null;

  /** Since when customer ids mean the same people: until then it had another account or User ID attribute. Null: ever since. */
  @Column({ type: 'timestamptz', name: 'names_since', precision: 3, nullable: true })
  namesSince!: Date | null;

  @Column('text', { name: 'mobile_number_attribute', nullable: true })
  mobileNumberAttribute!: string | null;

  @Column('boolean', { name: 'treat_imported_numbers_as_subscribed', default: true })
  treatImportedNumbersAsSubscribed!: boolean;

  @Column('text', { name: 'time_zone', default: 'UTC' })
  timeZone!: string;

  @Column('text', { name: 'metrics_mode', default: 'ABSOLUTE' })
  metricsMode!: 'ABSOLUTE' | 'DELTA';

  @Column('integer', { name: 'page_size', default: 10_000 })
  pageSize!: number;

  @Column('boolean', { name: 'trusts_short_page', default: false })
  trustsShortPage!: boolean;

  @Column('double precision', { name: 'calls_per_second', default: 4 })
  callsPerSecond!: number;

  @Column('text', { name: 'callback_addresses', array: true, default: '{}' })
  callbackAddresses!: string[];

  @Column('integer', { name: 'triggered_per_minute', nullable: true })
  triggeredPerMinute!: number | null;

  @Column('integer', { name: 'triggered_per_person_per_hour', nullable: true })
  triggeredPerPersonPerHour!: number | null;

  @Column('bytea', { name: 'webhook_secret_hash', nullable: true })
  webhookSecretHash!: Buffer | null;

  @Column('timestamptz', { name: 'webhook_secret_set_at', nullable: true })
  webhookSecretSetAt!: Date | null;

  @Column('text', { default: 'ACTIVE' })
  status!: 'ACTIVE' | 'AUTHENTICATION_FAILED';

  @Column('boolean', { name: 'is_disabled', default: false })
  isDisabled!: boolean;

  @Column('timestamptz', { name: 'last_success_at', nullable: true })
  lastSuccessAt!: Date | null;

  @Column('text', { name: 'last_error', nullable: true })
  lastError!: string | null;

  @Column('timestamptz', { name: 'last_error_at', nullable: true })
  lastErrorAt!: Date | null;

  @Column('integer', { default: 1 })
  version!: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;

  /** When it was enabled last; null where it never was disabled. */
  @Column('timestamptz', { name: 'enabled_at', nullable: true })
  enabledAt!: Date | null;

  @Column('timestamptz', { name: 'deleted_at', nullable: true })
  deletedAt!: Date | null;
}
