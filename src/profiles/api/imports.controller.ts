import { Readable } from 'node:stream';
import { csvLine, isUuid } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import {
  BadRequestException,
  Body,
  Controller,
  Get,
  Header,
  HttpCode,
  NotFoundException,
  Param,
  Post,
  StreamableFile,
} from '@nestjs/common';
import { ImportFileError } from '../imports/csv-rows';
import { type ImportedFile, ImportFile } from '../imports/import-file';
import { ImportRepository } from '../imports/import-repository';

const pageSize = 2_000;

/** Answer of an import: received = created + updated + repeated + rejected. */
export interface ImportAnswer extends ImportedFile {
  /** Where the rejected rows can be downloaded, each with its line and reason. */
  rejectsUrl: string;
}

/** Files of profiles and devices, streamed in; rejected rows streamed out. */
@Controller('imports')
export class ImportsController {
  constructor(
    private readonly importFile: ImportFile,
    private readonly imports: ImportRepository,
    private readonly transactions: Transactions,
  ) {}

  /** A CSV body whose first line names the columns: `userId` and any of the system columns; others are attributes. */
  @Allow('profiles.manage')
  @Post('profiles')
  @HttpCode(200)
  profiles(@CurrentActor() actor: Actor, @Body() body: unknown): Promise<ImportAnswer> {
    return answer(this.importFile.profiles(actor, streamOf(body)));
  }

  /** A CSV body with the columns `userId`, `token`, `platform` and, if wanted, `pushSubscription`, `pushService`, `apnsEnvironment`. */
  @Allow('profiles.manage')
  @Post('devices')
  @HttpCode(200)
  devices(@CurrentActor() actor: Actor, @Body() body: unknown): Promise<ImportAnswer> {
    return answer(this.importFile.devices(actor, streamOf(body)));
  }

  /** Rejected rows as they stood in the file. */
  @Allow('profiles.view')
  @Get(':id/rejects.csv')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="rejects.csv"')
  async rejects(@CurrentActor() actor: Actor, @Param('id') id: string): Promise<StreamableFile> {
    const isThere = isUuid(id) && (await this.imports.exists(this.transactions.pool, actor.projectId, id));
    if (!isThere) throw new NotFoundException(`There is no import ${id} in this project`);
    return new StreamableFile(Readable.from(this.lines(actor.projectId, id)));
  }

  private async *lines(projectId: string, importId: string): AsyncGenerator<string> {
    yield csvLine(['line', 'reason', 'row']);
    let afterId = '0';
    for (;;) {
      const page = { projectId, importId, afterId, limit: pageSize };
      const rows = await this.imports.rejects(this.transactions.pool, page);
      yield rows.map(({ line, reason, raw }) => csvLine([String(line), reason, raw])).join('');
      const last = rows.at(-1);
      if (!last || rows.length < pageSize) return;
      afterId = last.id;
    }
  }
}

function streamOf(body: unknown): Readable {
  if (body instanceof Readable) return body;
  throw new BadRequestException('Send the CSV file as the body of the request');
}

async function answer(work: Promise<ImportedFile>): Promise<ImportAnswer> {
  try {
    const imported = await work;
    return { ...imported, rejectsUrl: `/imports/${imported.importId}/rejects.csv` };
  } catch (error) {
    if (error instanceof ImportFileError) throw new BadRequestException(error.message);
    throw error;
  }
}
