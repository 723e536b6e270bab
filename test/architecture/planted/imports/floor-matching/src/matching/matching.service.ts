import { channelsName } from '@modules/channels';

export const matchingName = channelsName;
