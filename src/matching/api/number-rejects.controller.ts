import { Readable } from 'node:stream';
import { csvLine, isUuid } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Controller, Get, Header, NotFoundException, Param, StreamableFile } from '@nestjs/common';
import { NumberRejectRepository } from '../persistence/number-reject.repository';

const pageSize = 2_000;

/** Refused mobile numbers of a connection as a CSV file, streamed. */
@Controller('connections')
export class NumberRejectsController {
  constructor(
    private readonly rejects: NumberRejectRepository,
    private readonly transactions: Transactions,
  ) {}

  @Allow('profiles.view')
  @Get(':id/number-rejects.csv')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="number-rejects.csv"')
  download(@CurrentActor() actor: Actor, @Param('id') id: string): StreamableFile {
    if (!isUuid(id)) throw new NotFoundException(`There is no connection ${id} in this project`);
    return new StreamableFile(Readable.from(this.lines(actor.projectId, id)));
  }

  private async *lines(projectId: string, connectionId: string): AsyncGenerator<string> {
    yield csvLine(['execution_id', 'customer_id', 'value', 'reason']);
    let after: [string, number] | null = null;
    for (;;) {
      const page = { projectId, connectionId, executionId: null, after, limit: pageSize };
      const rows = await this.rejects.list(this.transactions.pool, page);
      yield rows.map((row) => csvLine([row.executionId, row.customerId, row.value, row.reason])).join('');
      const last = rows.at(-1);
      if (!last || rows.length < pageSize) return;
      after = [last.executionId, last.seq];
    }
  }
}
