export { EmbeddedServerError } from './errors';
export { tryLock, unlock } from './file-lock';
export { isPortTaken } from './ports';
export { type EmbeddedPostgres, type EmbeddedPostgresOptions, startEmbeddedPostgres } from './postgres';
export { type EmbeddedRedis, startEmbeddedRedis } from './redis';
export type { PostgresSettings } from './settings';
