import { ClocksModule, DateTimeScalar, PlatformModule } from '@libs/platform';
import { ChannelsApiModule, ChannelsWorkerModule } from '@modules/channels';
import { ConnectionsApiModule, ConnectionsWorkerModule } from '@modules/connections';
import { ProjectsApiModule, ProjectsService } from '@modules/projects';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { GraphQLModule } from '@nestjs/graphql';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { OptimovePeer } from './optimove-peer';

/** A user error as GraphQL answers it. */
export interface Problem {
  code: string;
  path: string[];
  message: string;
}

/** The running api with one project and one connection to the peer. */
export interface Stage {
  app: NestFastifyApplication;
  database: TestDatabase;
  optimove: OptimovePeer;
  projectId: string;
  connectionId: string;
  ask<T>(query: string, variables?: object): Promise<T>;
  /** Calls a mutation by its name with its one input and returns its payload. */
  change<T>(mutation: string, input: object, fields: string): Promise<T & { userErrors: Problem[] }>;
  /** Stops the api and starts it with these encryption keys. */
  restart(keys: string): Promise<void>;
  close(): Promise<void>;
}

/** The encryption key that the stage begins with. */
export const firstKey = `k1:${Buffer.alloc(32, 7).toString('base64')}`;
const publicUrl = 'https://push.example.com';

/** Builds the stage on a database of its own. */
export async function setStage(): Promise<Stage> {
  const database = await createTestDatabase();
  process.env.ENCRYPTION_KEYS = firstKey;
  process.env.OUTBOUND_ALLOW_PRIVATE = '1';
  process.env.PUBLIC_URL = publicUrl;
  const optimove = await OptimovePeer.start();
  let app = await startApp();
  const { projectId, apiKey } = await app.get(ProjectsService).ensureFirst();
  const ask = asker(() => app.getUrl(), apiKey ?? '');
  const change: Stage['change'] = async (mutation, input, fields) => {
    const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
    const selection = `${fields} userErrors { code path message }`;
    const query = `mutation ($input: ${type}!) { payload: ${mutation}(input: $input) { ${selection} } }`;
    return (await ask<{ payload: never }>(query, { input })).payload;
  };
  const connection = await change<{ connection: { id: string } }>(
    'createConnection',
    { name: 'Shop', endpoint: optimove.endpoint, apiToken: 'token-of-the-shop', callsPerSecond: 1000 },
    'connection { id }',
  );
  const restart = async (keys: string): Promise<void> => {
    await app.close();
    process.env.ENCRYPTION_KEYS = keys;
    app = await startApp();
  };
  const close = async (): Promise<void> => {
    await app.close();
    await optimove.close();
    await database.drop();
  };
  return {
    get app() {
      return app;
    },
    ...{ database, optimove, projectId, connectionId: connection.connection.id, ask, change, restart, close },
  };
}

async function startApp(): Promise<NestFastifyApplication> {
  const graphql = GraphQLModule.forRoot<ApolloDriverConfig>({
    driver: ApolloDriver,
    autoSchemaFile: true,
    buildSchemaOptions: { skipCheck: true },
    context: (request: unknown) => ({ req: request }),
  });
  const module = await Test.createTestingModule({
    imports: [
      PlatformModule,
      ClocksModule,
      graphql,
      ProjectsApiModule,
      ConnectionsApiModule,
      ConnectionsWorkerModule,
      ChannelsApiModule,
      ChannelsWorkerModule,
    ],
    providers: [DateTimeScalar],
  }).compile();
  const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
  await app.listen(0, '127.0.0.1');
  return app;
}

function asker(url: () => Promise<string>, apiKey: string): Stage['ask'] {
  return async <T>(query: string, variables: object = {}): Promise<T> => {
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ query, variables });
    const response = await fetch(`${await url()}/graphql`, { method: 'POST', headers, body });
    const { data, errors } = (await response.json()) as { data: T; errors?: unknown };
    expect(errors).toBeUndefined();
    return data;
  };
}
