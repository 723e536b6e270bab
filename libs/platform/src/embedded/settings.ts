/** Settings of the server by name, as in postgresql.conf; they win over our defaults. */
export type PostgresSettings = Record<string, string | number>;

const defaults: PostgresSettings = {
  max_connections: 200,
  shared_buffers: '256MB',
  effective_cache_size: '1GB',
  work_mem: '16MB',
  maintenance_work_mem: '128MB',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  random_page_cost: 1.1,
  jit: 'off',
  fsync: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  // Statements and key values would put customers' data into the server's log.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
};

const fixed: PostgresSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  password_encryption: 'scram-sha-256',
};

/** The command line options that set every setting. */
export function settingOptions(settings: PostgresSettings): string[] {
  return Object.entries({ ...defaults, ...settings, ...fixed }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
