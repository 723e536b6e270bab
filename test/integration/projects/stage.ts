import { DateTimeScalar, PlatformModule } from '@libs/platform';
import { Allow, ProjectsApiModule, ProjectsService, Public } from '@modules/projects';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Controller, Get } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { formatError } from '../../../apps/api/src/graphql/format-error';
import { createTestDatabase, type TestDatabase } from '../../support/database';

/** What GraphQL answered. */
export interface Answer {
  data: Record<string, never> | null;
  errors?: { message: string; extensions: { code: string } }[];
}

/** The running api with one project. */
export interface Stage {
  app: NestFastifyApplication;
  database: TestDatabase;
  projectId: string;
  adminKey: string;
  /** Asks GraphQL with a key, or without one when null. */
  ask(query: string, how?: { key?: string | null; variables?: object }): Promise<Answer>;
  /** Asks GraphQL as the first administrator. @throws with the answer when it holds errors. */
  data<T>(query: string, variables?: object): Promise<T>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
}

/** Routes such as other modules have. */
@Controller('probe')
class ProbeController {
  @Public()
  @Get('public')
  open(): { is: string } {
    return { is: 'open' };
  }

  @Allow('campaigns.launch')
  @Get('launch')
  launch(): { is: string } {
    return { is: 'launched' };
  }
}

/** Builds the stage on a database of its own. */
export async function setStage(): Promise<Stage> {
  const database = await createTestDatabase();
  process.env.ENCRYPTION_KEYS = `k1:${Buffer.alloc(32, 7).toString('base64')}`;
  const app = await startApp();
  const { projectId, apiKey } = await app.get(ProjectsService).ensureFirst();
  const adminKey = apiKey ?? '';
  const url = await app.getUrl();
  const ask: Stage['ask'] = async (query, { key = adminKey, variables = {} } = {}) => {
    const headers = { 'content-type': 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}) };
    const body = JSON.stringify({ query, variables });
    return (await (await fetch(`${url}/graphql`, { method: 'POST', headers, body })).json()) as Answer;
  };
  const data = async <T>(query: string, variables: object = {}): Promise<T> => {
    const answer = await ask(query, { variables });
    if (answer.errors) throw new Error(JSON.stringify(answer.errors));
    return answer.data as T;
  };
  const get: Stage['get'] = (path, headers = {}) => fetch(`${url}${path}`, { headers });
  const close = async (): Promise<void> => {
    await app.close();
    await database.drop();
  };
  return { app, database, projectId, adminKey, ask, data, get, close };
}

async function startApp(): Promise<NestFastifyApplication> {
  const graphql = GraphQLModule.forRoot<ApolloDriverConfig>({
    driver: ApolloDriver,
    autoSchemaFile: true,
    buildSchemaOptions: { skipCheck: true },
    includeStacktraceInErrorResponses: false,
    formatError,
    context: (request: unknown) => ({ req: request }),
  });
  const module = await Test.createTestingModule({
    imports: [PlatformModule, graphql, ProjectsApiModule],
    controllers: [ProbeController],
    providers: [DateTimeScalar],
  }).compile();
  const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
  await app.listen(0, '127.0.0.1');
  return app;
}

/** Creates a key of a role and returns it with its id. */
export async function createKey({ data }: Stage, role: string): Promise<{ id: string; key: string }> {
  const { createApiKey } = await data<{ createApiKey: { apiKey: { id: string }; key: string } }>(
    `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } key userErrors { code } } }`,
    { input: { label: `${role} of the tests`, role } },
  );
  return { id: createApiKey.apiKey.id, key: createApiKey.key };
}
