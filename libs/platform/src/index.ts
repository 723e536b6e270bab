export { ClocksModule } from './clocks/clocks.module';
export { Leases, type Tick } from './clocks/leases';
export { ConfigModule } from './config/config.module';
export { ConfigError, parseConfig } from './config/parse-config';
export { PlatformConfig, ToBoolean, ToNumber, type WorkerPart } from './config/platform.config';
export { type CopyValue, copyIn } from './database/copy-in';
export { DatabaseModule } from './database/database.module';
export { DatabaseClock } from './database/database-clock';
export { GroupCommit } from './database/group-commit';
export { applyMigrations, revertMigration } from './database/migrate';
export { dropOldestMonth, prepareMonths } from './database/month-partitions';
export { Notifications } from './database/notifications';
export { dropPartition, partitionsBefore } from './database/partitions';
export {
  execute,
  type Prepared,
  prepared,
  query,
  type Sql,
  Transactions,
  type Tx,
} from './database/transactions';

export { PageArgsPipe } from './graphql/page-args.pipe';
export {
  ConnectionType,
  decodeCursor,
  type Edge,
  encodeCursor,
  type Page,
  PageArgs,
  PageInfo,
  toPage,
} from './graphql/relay';

export { DateTimeScalar } from './graphql/scalars';
export { type InputProblem, UserError, validateInput } from './graphql/user-error';
export { PlatformModule } from './host/platform.module';
export { hasLauncher, superviseHost, tellLauncher } from './host/supervise';
export { Log } from './logging/logger';
export { lagOf } from './metrics/lag';
export { type GaugeValue, type MetricOptions, Metrics } from './metrics/metrics';
export { MetricsServer } from './metrics/metrics-server';
export { defineEvent, type IntegrationEvent, subscribe } from './outbox/integration-event';
export { type EnqueueOptions, Outbox } from './outbox/outbox';
export { queueConnection, useQueueBackend } from './queue/backend';
export { declaredJobs, defineJob, type JobContract } from './queue/job-contract';
export { HandlesJob, isRetryable, JobHandler } from './queue/processor';
export { OutboxRelayModule, QueueWorkerModule } from './queue/queue.module';
export { LinkSigner } from './security/link-signer';
export { isPrivateAddress, OutboundGuard, OutboundRefusedError } from './security/outbound-guard';
export { type Rotation, resealColumn, type SealedColumn } from './security/sealed-columns';
export { SecretBox, SecretUnreadableError } from './security/secret-box';
export { Spool, SpoolFullError, type SpoolOptions } from './spool/spool';
