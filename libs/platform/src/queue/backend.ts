import { createPostgresBackend, type QueueOptions, setDefaultBackendFactory } from 'bullmq';
import type { PlatformConfig } from '../config/platform.config';
import { forgiveFailedReadiness } from './forgiving-readiness';

/**
 * Chooses where BullMQ keeps its jobs: Redis when REDIS_URL is set, else PostgreSQL in the schema `queue`.
 * Must run before any Queue or Worker is made, because the back end is a process-wide default of BullMQ.
 */
export function useQueueBackend(config: Pick<PlatformConfig, 'REDIS_URL'>): void {
  if (config.REDIS_URL) return;
  forgiveFailedReadiness();
  setDefaultBackendFactory(createPostgresBackend);
}

/** Connection options of one Queue (`max` 1) or Worker (`max` 2) on the chosen back end. */
export function queueConnection(config: PlatformConfig, max: number): QueueOptions['connection'] {
  if (config.REDIS_URL) return { url: config.REDIS_URL, maxRetriesPerRequest: null };
  return { connectionString: config.DATABASE_URL, schema: 'queue', migrate: true, max } as QueueOptions['connection'];
}
