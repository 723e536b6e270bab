import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Actors } from './actors';
import { ApiKeys } from './api-keys';
import { AuditTrail } from './audit-trail';
import { ManageProject } from './manage-project';
import { ApiKeyEntity, AuditEntryEntity, ProjectEntity } from './persistence/project.entities';
import { TaskEntity } from './persistence/task.entity';
import { TaskWork } from './persistence/task-work';
import { ProjectsService } from './projects.service';
import { Tasks } from './tasks';
import { WorkSources } from './work-sources';

/** Projects: who asks, what was changed, and the work that people can watch. */
@Module({
  imports: [TypeOrmModule.forFeature([ProjectEntity, ApiKeyEntity, AuditEntryEntity, TaskEntity])],
  providers: [ProjectsService, ManageProject, Actors, ApiKeys, AuditTrail, Tasks, WorkSources, TaskWork],
  exports: [ProjectsService, ManageProject, Actors, ApiKeys, AuditTrail, Tasks, WorkSources],
})
export class ProjectsModule {}
