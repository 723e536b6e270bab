import { Readable } from 'node:stream';
import { csvLine, isUuid } from '@libs/foundation';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import {
  BadRequestException,
  Controller,
  Get,
  Header,
  NotFoundException,
  Param,
  Query,
  StreamableFile,
} from '@nestjs/common';
import { endStates } from '../domain/execution/end-state';
import { ExecutionListRepository, type ListedRecipient } from '../persistence/ledger/execution-list.repository';

const pageSize = 5_000;
const columns = ['customer_id', 'optimove_template_id', 'due_at', 'end_state', 'reason', 'ended_at'];

/** Recipients of an execution as a CSV file, streamed. */
@Controller('executions')
export class RecipientsExportController {
  constructor(private readonly executions: ExecutionListRepository) {}

  /** All recipients, or those of one end state (`?endState=PROFILE_NOT_FOUND` lists the unmatched customers). */
  @Allow('campaigns.view')
  @Get(':id/recipients.csv')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="recipients.csv"')
  async recipients(
    @CurrentActor() actor: Actor,
    @Param('id') id: string,
    @Query('endState') endState?: string,
  ): Promise<StreamableFile> {
    if (endState && !endStates.some((state) => state === endState)) {
      throw new BadRequestException(`endState must be one of ${endStates.join(', ')}`);
    }
    const execution = isUuid(id) ? await this.executions.find(actor.projectId, id) : null;
    if (!execution) throw new NotFoundException(`There is no execution ${id} in this project`);
    return new StreamableFile(Readable.from(this.lines(actor.projectId, id, endState ?? null)));
  }

  private async *lines(projectId: string, executionId: string, endState: string | null): AsyncGenerator<string> {
    yield csvLine(columns);
    let afterSeq = 0;
    for (;;) {
      const rows = await this.executions.recipients(projectId, executionId, { endState, afterSeq, limit: pageSize });
      yield rows.map(toLine).join('');
      const last = rows.at(-1);
      if (!last || rows.length < pageSize) return;
      afterSeq = last.seq;
    }
  }
}

function toLine(row: ListedRecipient): string {
  const { customerId, optimoveTemplateId, dueAt, endState, reason, endedAt } = row;
  return csvLine([
    customerId,
    optimoveTemplateId,
    dueAt.toISOString(),
    endState,
    reason,
    endedAt?.toISOString() ?? null,
  ]);
}
