import type { ConnectionEntity } from '../persistence/connection.entity';
import type { ConnectionType } from './connection.type';

/** A connection as GraphQL shows it: without its secrets. */
export function toConnectionType(connection: ConnectionEntity): ConnectionType {
  const { apiToken, callbackSecret, webhookSecretHash, isDisabled, status, ...rest } = connection;
  return { ...rest, hasApiToken: apiToken !== null, status: isDisabled ? 'DISABLED' : status };
}
