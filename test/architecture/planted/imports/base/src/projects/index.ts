export { projectsName } from './projects.service';
