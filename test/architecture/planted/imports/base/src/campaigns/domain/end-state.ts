import { foundationName } from '@libs/foundation';

export const endState = foundationName;
