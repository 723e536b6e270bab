import { Readable } from 'node:stream';
import { csvLine } from '@libs/foundation';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { BadRequestException, Body, Controller, Get, Header, HttpCode, Post, StreamableFile } from '@nestjs/common';
import { EntryFileError, ImportEntries, type ImportedEntries } from '../import-entries';
import { SuppressionList } from '../suppression-list';

const pageSize = 2_000;

/** The suppression list as files. */
@Controller()
export class ListController {
  constructor(
    private readonly list: SuppressionList,
    private readonly importEntries: ImportEntries,
  ) {}

  /** A CSV body with the columns `kind`, `value`, `medium` and `reason`; refused rows are at /tasks/{taskId}/errors.csv. */
  @Allow('suppression.manage')
  @Post('imports/suppression-entries')
  @HttpCode(200)
  async import(@CurrentActor() actor: Actor, @Body() body: unknown): Promise<ImportedEntries> {
    if (!(body instanceof Readable)) throw new BadRequestException('Send the CSV file as the body of the request');
    try {
      return await this.importEntries.run(actor, body);
    } catch (error) {
      if (error instanceof EntryFileError) throw new BadRequestException(error.message);
      throw error;
    }
  }

  /** The whole list, newest first, in the shape that the import takes. */
  @Allow('suppression.view')
  @Get('suppression/entries.csv')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="suppression-list.csv"')
  export(@CurrentActor() { projectId }: Actor): StreamableFile {
    return new StreamableFile(Readable.from(this.lines(projectId)));
  }

  private async *lines(projectId: string): AsyncGenerator<string> {
    yield csvLine(['kind', 'value', 'medium', 'reason']);
    let beforeId: string | null = null;
    for (;;) {
      const rows = await this.list.list(projectId, { beforeId, limit: pageSize, filter: {} });
      yield rows.map(({ kind, value, medium, reason }) => csvLine([kind, value, medium, reason])).join('');
      const last = rows.at(-1);
      if (!last || rows.length < pageSize) return;
      beforeId = last.id;
    }
  }
}
