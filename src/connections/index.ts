export { ConnectionLoader } from './api/connection.loader';
export { ConnectionType } from './api/connection.type';
export { ConnectionsModule } from './connections.module';
export { ConnectionsService } from './connections.service';
export { ConnectionsApiModule } from './connections-api.module';
export { ConnectionsWorkerModule } from './connections-worker.module';
export { type ConsequenceSource, DeletionConsequences } from './deletion-consequences';
export { isAllowedAddress } from './domain/callback-addresses';
export type { ConnectionStatus, ConnectionView, MetricsMode } from './domain/connection-view';
export { connectionsOfProject } from './domain/connections-of-project';
export { ConnectionNotFoundError } from './domain/errors';
export {
  accountLeft,
  callsTakenOver,
  connectionDeleted,
  connectionEnabled,
  tokenReplaced,
  userIdAttributeChanged,
} from './domain/events';
export { sealedByConnections } from './sealed-columns';
