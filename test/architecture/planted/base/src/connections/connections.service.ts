export const connectionsName = 'connections';
