import { setTimeout as pause } from 'node:timers/promises';
import {
  assertSchemaCompatibility,
  LATEST_SCHEMA_VERSION,
  type QueueOptions,
  runMigrations,
  SchemaMigrationRequiredError,
  setDefaultBackendFactory,
} from 'bullmq';
import { Client } from 'pg';
import type { PlatformConfig } from '../config/platform.config';
import { keepAlive } from '../database/keep-alive';
import { forgiveFailedReadiness } from './forgiving-readiness';
import { isRetryable } from './processor';
import { shareConnections } from './shared-connection';

const schema = 'queue';
/** A statement of a queue takes milliseconds. */
const atOnce = 8;
const mostTries = 60;
const betweenTriesMs = 1_000;

/**
 * Chooses where BullMQ keeps its jobs: Redis when REDIS_URL is set, else PostgreSQL in the schema `queue`, whose tables
 * are brought up to date here. Must run before any Queue or Worker is made, because the back end is a process-wide
 * default of BullMQ. @throws when the database stays away for a minute.
 */
export async function useQueueBackend(config: Pick<PlatformConfig, 'REDIS_URL' | 'DATABASE_URL'>): Promise<void> {
  if (config.REDIS_URL) return;
  forgiveFailedReadiness();
  setDefaultBackendFactory(shareConnections as never);
  await prepareTables(config.DATABASE_URL);
}

/**
 * Connection options of one Queue or Worker on the chosen back end. On PostgreSQL all of a process share so many connections
 * and one that listens. None of them prepares the tables: after a restart of the database work would wait for it.
 */
export function queueConnection(config: PlatformConfig): QueueOptions['connection'] {
  if (config.REDIS_URL) return { url: config.REDIS_URL, maxRetriesPerRequest: null };
  return {
    connectionString: config.DATABASE_URL,
    schema,
    migrate: false,
    max: atOnce,
    ...keepAlive,
  } as QueueOptions['connection'];
}

async function prepareTables(connectionString: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await bringUpToDate(connectionString);
    } catch (error) {
      if (!isRetryable(error) || tries === mostTries) throw error;
      await pause(betweenTriesMs);
    }
  }
}

async function bringUpToDate(connectionString: string): Promise<void> {
  const client = new Client({ connectionString });
  client.on('error', () => undefined);
  try {
    await client.connect();
    if ((await versionOf(client)) < LATEST_SCHEMA_VERSION) await runMigrations(client, schema);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** 0 where there are no tables yet. @throws when they are of a version that this one cannot work with. */
function versionOf(client: Client): Promise<number> {
  return assertSchemaCompatibility(client, schema).catch((error: unknown) => {
    if (error instanceof SchemaMigrationRequiredError) return 0;
    throw error;
  });
}
