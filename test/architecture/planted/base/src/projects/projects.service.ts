export const projectsName = 'projects';
