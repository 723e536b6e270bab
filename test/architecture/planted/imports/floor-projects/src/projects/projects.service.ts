import { connectionsName } from '@modules/connections';

export const projectsName = connectionsName;
