import { projectsName } from '@modules/projects';

export const reportsName = projectsName;
