import { Public } from '@modules/projects';
import { Body, Controller, Headers, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ImportFile } from '../imports/import-file';
import { ImportProfileInput } from './external.inputs';
import { ExternalActors, readExternal, refusal } from './external-request';
import { columnProblems, rowsOf } from './profile-columns';

/** Rows from which on Xtremepush answers 202 with a task. */
const rowsOfTask = 100;

/** An answer in the shape of Xtremepush's External API. */
export interface ExternalAnswer {
  code: number;
  success: boolean;
  message?: string;
  errors?: string[];
  /** Where the progress and the rejected rows are, from 100 rows on. */
  task_id?: string;
  data?: {
    received: number;
    created: number;
    updated: number;
    repeated: number;
    rejected: number;
    rejects_url: string;
  };
}

/**
 * The part of Xtremepush's External API that tools use to bring people in: the same paths, bodies and answers. The app
 * token is one of the project's API keys, in the body as `apptoken` or as a bearer token.
 */
@Public()
@Controller('api/external')
export class ExternalController {
  constructor(
    private readonly actors: ExternalActors,
    private readonly importFile: ImportFile,
  ) {}

  /** Up to 10,000 profiles. Rows that cannot be stored are kept with the reason; the others are stored. */
  @Post('import/profile')
  async importProfiles(
    @Headers('authorization') authorization: string | undefined,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ExternalAnswer> {
    const actor = await this.actors.of(authorization, body);
    const { columns, rows } = await readExternal(ImportProfileInput, body, ['rows']);
    const problems = columnProblems(columns);
    if (problems.length > 0) throw refusal(400, problems);
    const { importId, taskId, ...sums } = await this.importFile.profileRows(actor, rowsOf(columns, rows));
    const code = rows.length < rowsOfTask ? 200 : 202;
    reply.status(code);
    const data = { ...sums, rejects_url: `/imports/${importId}/rejects.csv` };
    return { code, success: true, ...(code === 202 ? { task_id: taskId } : {}), data };
  }
}
