export { connectionsName } from './connections.service';
