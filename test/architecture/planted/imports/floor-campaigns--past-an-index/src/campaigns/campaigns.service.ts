import { channelsName } from '../channels/channels.service';

export const campaignsName = channelsName;
