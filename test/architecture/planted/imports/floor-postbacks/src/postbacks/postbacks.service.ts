import { channelsName } from '../channels/channels.service';

export const postbacksName = channelsName;
