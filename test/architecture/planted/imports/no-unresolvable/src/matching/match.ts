import { matchingName } from '@modules/matchin';

export const match = matchingName;
