import { platformName } from '../../libs/platform/src/inner';

export const projectsName = platformName;
