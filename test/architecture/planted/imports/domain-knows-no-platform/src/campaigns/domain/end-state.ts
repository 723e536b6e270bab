import { platformName } from '@libs/platform';

export const endState = platformName;
