import { profilesName } from '@modules/profiles';

export const connectionsName = profilesName;
