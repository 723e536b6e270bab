export { ConnectionType } from './api/connection.type';
export { ConnectionsModule } from './connections.module';
export { ConnectionsService } from './connections.service';
export { ConnectionsApiModule } from './connections-api.module';
export { ConnectionsWorkerModule } from './connections-worker.module';
export { type ConsequenceSource, DeletionConsequences } from './deletion-consequences';
export type { ConnectionStatus, ConnectionView, MetricsMode } from './domain/connection-view';
export { ConnectionNotFoundError } from './domain/errors';
export { connectionDeleted, userIdAttributeChanged } from './domain/events';
