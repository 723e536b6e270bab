import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ActorGuard } from './api/actor.guard';
import { ProjectsResolver } from './api/projects.resolver';
import { TaskErrorsController } from './api/task-errors.controller';
import { TasksResolver } from './api/tasks.resolver';
import { ProjectsModule } from './projects.module';

/** Projects as the api host serves them; its guard covers every route and operation of the host. */
@Module({
  imports: [ProjectsModule],
  controllers: [TaskErrorsController],
  providers: [ProjectsResolver, TasksResolver, { provide: APP_GUARD, useClass: ActorGuard }],
})
export class ProjectsApiModule {}
