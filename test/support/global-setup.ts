import { join } from 'node:path';
import {
  type EmbeddedPostgres,
  type EmbeddedRedis,
  startEmbeddedPostgres,
  startEmbeddedRedis,
} from '../../libs/platform/src/embedded';
import { postgresFolder } from './postgres-folder';

/** What the tear-down has to stop; the two files share nothing but this process. */
export interface StartedServers {
  postgres?: EmbeddedPostgres;
  redis?: EmbeddedRedis;
}

declare global {
  var startedServers: StartedServers | undefined;
}

const data = process.env.TEST_DATA || join(__dirname, '..', '..', '.cache');

/**
 * One server for all test files of a run, shared with other runs at the same time: TEST_DATABASE_URL, or a PostgreSQL
 * of our own in the folder TEST_DATA or else .cache, by the programs in the folder TEST_POSTGRES_BIN or else the embedded
 * ones. With QUEUE_TEST_BACKEND=redis also a Redis: REDIS_URL, or a private one.
 */
export default async function setUp(): Promise<void> {
  const started: StartedServers = {};
  globalThis.startedServers = started;
  if (!process.env.TEST_DATABASE_URL) {
    const binFolder = process.env.TEST_POSTGRES_BIN;
    started.postgres = await startEmbeddedPostgres({
      dataDir: join(data, postgresFolder(binFolder)),
      binFolder,
      settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: 400 },
    });
    process.env.TEST_DATABASE_URL = started.postgres.url;
  }
  if (process.env.QUEUE_TEST_BACKEND === 'redis' && !process.env.REDIS_URL) {
    const redis = await startEmbeddedRedis({ dir: join(data, 'test-redis') });
    if (!redis) throw new Error('QUEUE_TEST_BACKEND=redis needs REDIS_URL, or redis-server on the path');
    started.redis = redis;
    process.env.REDIS_URL = redis.url;
  }
}
