export { EmbeddedServerError } from './errors';
export { type EmbeddedPostgres, type EmbeddedPostgresOptions, startEmbeddedPostgres } from './postgres';
export { type EmbeddedRedis, startEmbeddedRedis } from './redis';
export type { PostgresSettings } from './settings';
