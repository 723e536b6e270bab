import { projectsName } from '@modules/projects';

export const answer = projectsName;
