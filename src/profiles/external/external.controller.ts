import { validateInput } from '@libs/platform';
import { type Actor, Actors, mayDo, Public } from '@modules/projects';
import { Body, Controller, Headers, HttpException, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ImportFile } from '../imports/import-file';
import { ImportProfileInput } from './external.inputs';
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
    private readonly actors: Actors,
    private readonly importFile: ImportFile,
  ) {}

  /** Up to 10,000 profiles. Rows that cannot be stored are kept with the reason; the others are stored. */
  @Post('import/profile')
  async importProfiles(
    @Headers('authorization') authorization: string | undefined,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ExternalAnswer> {
    const actor = await this.actorOf(authorization, body);
    const { columns, rows } = await read(ImportProfileInput, body);
    const problems = columnProblems(columns);
    if (problems.length > 0) throw refusal(400, problems);
    const { importId, taskId, ...sums } = await this.importFile.profileRows(actor, rowsOf(columns, rows));
    const code = rows.length < rowsOfTask ? 200 : 202;
    reply.status(code);
    const data = { ...sums, rejects_url: `/imports/${importId}/rejects.csv` };
    return { code, success: true, ...(code === 202 ? { task_id: taskId } : {}), data };
  }

  private async actorOf(authorization: string | undefined, body: unknown): Promise<Actor> {
    const token = (body as { apptoken?: unknown } | null)?.apptoken;
    const key = typeof token === 'string' ? token : /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];
    const actor = key ? await this.actors.ofKey(key) : null;
    if (!actor) throw refusal(401, ['apptoken must be an API key of the project']);
    if (!mayDo(actor.role, 'profiles.manage'))
      throw refusal(403, [`This API key (${actor.role}) lacks profiles.manage`]);
    return actor;
  }
}

async function read<T extends object>(type: new () => T, body: unknown): Promise<T> {
  const problems = await validateInput(type, body as object);
  if (problems.length > 0)
    throw refusal(
      400,
      problems.map(({ path, message }) => `${path.join('.')}: ${message}`),
    );
  return body as T;
}

function refusal(code: number, errors: string[]): HttpException {
  return new HttpException({ code, success: false, message: errors[0] ?? '', errors }, code);
}
