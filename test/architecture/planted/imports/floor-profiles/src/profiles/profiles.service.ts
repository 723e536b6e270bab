import { channelsName } from '@modules/channels';

export const profilesName = channelsName;
