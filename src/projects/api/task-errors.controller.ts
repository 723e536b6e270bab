import { Readable } from 'node:stream';
import { csvLine, isUuid } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { Controller, Get, Header, NotFoundException, Param, StreamableFile } from '@nestjs/common';
import type { Actor } from '../domain/actor';
import { TaskEntity } from '../persistence/task.entity';
import { Tasks } from '../tasks';
import { Allow, CurrentActor } from './actor.decorators';

const pageSize = 2_000;

/** Failed rows of a task as a CSV file, streamed. */
@Controller('tasks')
export class TaskErrorsController {
  constructor(
    private readonly tasks: Tasks,
    private readonly transactions: Transactions,
  ) {}

  @Allow('project.view')
  @Get(':id/errors.csv')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="errors.csv"')
  async errors(@CurrentActor() actor: Actor, @Param('id') id: string): Promise<StreamableFile> {
    const { projectId } = actor;
    const task = isUuid(id) ? await this.transactions.pool.findOneBy(TaskEntity, { projectId, id }) : null;
    if (!task) throw new NotFoundException(`There is no task ${id} in this project`);
    return new StreamableFile(Readable.from(this.lines(projectId, id)));
  }

  private async *lines(projectId: string, taskId: string): AsyncGenerator<string> {
    yield csvLine(['reason', 'row']);
    let afterId = '0';
    for (;;) {
      const rows = await this.tasks.errors(this.transactions.pool, { projectId, taskId, afterId, limit: pageSize });
      yield rows.map((row) => csvLine([row.reason, JSON.stringify(row.row_data)])).join('');
      const last = rows.at(-1);
      if (!last || rows.length < pageSize) return;
      afterId = last.id;
    }
  }
}
