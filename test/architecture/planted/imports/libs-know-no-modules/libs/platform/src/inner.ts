import { projectsName } from '@modules/projects';

export const platformName = projectsName;
export interface PlatformWire {
  name: string;
}
