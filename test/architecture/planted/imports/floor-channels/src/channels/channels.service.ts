import { matchingName } from '@modules/matching';

export const channelsName = matchingName;
