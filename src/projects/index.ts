export { Allow, CurrentActor, Public } from './api/actor.decorators';
export { TaskType } from './api/project.type';
export { type AuditedChange, AuditTrail } from './audit-trail';
export type { Actor, Permission, Role } from './domain/actor';
export { ProjectNotFoundError } from './domain/errors';
export { ProjectsModule } from './projects.module';
export { ProjectsService, type ProjectView } from './projects.service';
export { ProjectsApiModule } from './projects-api.module';
export { type NewTask, type TaskProgress, Tasks } from './tasks';
