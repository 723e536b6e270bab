import { ProjectsService } from '@modules/projects';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { ApiModule } from '../../../apps/api/src/api.module';
import { registerBodyParsers } from '../../../apps/api/src/body-parsers';
import { createSandbox } from '../../../apps/sandbox/src/create-sandbox';
import { startFarEnds } from '../../../apps/sandbox/src/far-ends';
import { createTestDatabase } from '../../support/database';
import type { Product } from '../../support/product';

/** The api host in this process, with the sandbox and its far ends; without a worker nothing happens by itself. */
export type ContentStage = Pick<
  Product,
  'database' | 'sandbox' | 'farEnds' | 'graphql' | 'rest' | 'control' | 'apiUrl'
> & {
  app: NestFastifyApplication;
  projectId: string;
  /** What the far ends hold, such as `emails`. */
  received<T>(path: string): Promise<T>;
  close(): Promise<void>;
};

/** Builds the stage on a database of its own. */
export async function setStage(): Promise<ContentStage> {
  const database = await createTestDatabase();
  const farEnds = await startFarEnds();
  const sandbox = await createSandbox({ farEnds });
  Object.assign(process.env, {
    ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
    OUTBOUND_ALLOW_PRIVATE: '1',
    PUBLIC_URL: 'http://127.0.0.1:1',
  });
  const module = await Test.createTestingModule({ imports: [ApiModule] }).compile();
  const adapter = new FastifyAdapter();
  registerBodyParsers(adapter.getInstance());
  const app = module.createNestApplication<NestFastifyApplication>(adapter, { bodyParser: false });
  await app.listen(0, '127.0.0.1');
  const { projectId, apiKey } = await app.get(ProjectsService).ensureFirst();
  const apiUrl = await app.getUrl();
  const authorization = { authorization: `Bearer ${apiKey}` };
  const json = { 'content-type': 'application/json' };
  const graphql = async <T>(query: string, variables = {}): Promise<T> => {
    const body = JSON.stringify({ query, variables });
    const answer = await fetch(`${apiUrl}/graphql`, { method: 'POST', headers: { ...authorization, ...json }, body });
    const { data, errors } = (await answer.json()) as { data: T; errors?: { message: string }[] };
    if (errors) throw new Error(errors.map(({ message }) => message).join('; '));
    return data;
  };
  const control = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const init = { method, headers: json, body: body === undefined ? undefined : JSON.stringify(body) };
    const answer = await fetch(`${sandbox.url}/control${path}`, init);
    if (!answer.ok) throw new Error(`${method} /control${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  return {
    database,
    sandbox,
    farEnds,
    app,
    projectId,
    apiUrl,
    graphql,
    control,
    rest: (path, init = {}) => fetch(`${apiUrl}${path}`, { ...init, headers: { ...authorization, ...init.headers } }),
    received: (path) => control('GET', path),
    close: async () => {
      await app.close();
      await sandbox.close();
      await database.drop();
    },
  };
}
