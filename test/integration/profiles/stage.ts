import type { Readable } from 'node:stream';
import { DateTimeScalar, PlatformModule, Transactions } from '@libs/platform';
import { ProfilesApiModule, ProfilesModule, ProfilesService } from '@modules/profiles';
import { ProjectsApiModule, ProjectsService } from '@modules/projects';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import type { Provider } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { registerBodyParsers } from '../../../apps/api/src/body-parsers';
import { createTestDatabase, type TestDatabase } from '../../support/database';

/** What an import answers. */
export interface ImportAnswer {
  importId: string;
  taskId: string;
  received: number;
  created: number;
  updated: number;
  repeated: number;
  rejected: number;
  rejectsUrl: string;
  message?: string;
}

/** The api with profiles alone, on a database of its own. */
export interface Stage {
  app: NestFastifyApplication;
  database: TestDatabase;
  transactions: Transactions;
  profiles: ProfilesService;
  projectId: string;
  apiKey: string;
  url: string;
  ask<T>(query: string, variables?: object): Promise<T>;
  /** The first error that a query is answered with. */
  refusal(query: string): Promise<{ message: string } | undefined>;
  send(path: string, csv: string | Readable, apiKey?: string): Promise<{ status: number; body: ImportAnswer }>;
  download(path: string): Promise<{ status: number; text: string }>;
  /** Starts another api on the same database; it is closed with the stage. @returns its address. */
  another(): Promise<string>;
  close(): Promise<void>;
}

/** Builds the stage; `providers` stand for what upper modules add, `trustProxy` names the proxies in front. */
export async function setStage(providers: Provider[] = [], trustProxy: string | false = false): Promise<Stage> {
  const database = await createTestDatabase();
  process.env.ENCRYPTION_KEYS = `k1:${Buffer.alloc(32, 7).toString('base64')}`;
  const app = await startApp(providers, trustProxy);
  const others: NestFastifyApplication[] = [];
  const { projectId, apiKey } = await app.get(ProjectsService).ensureFirst();
  const url = await app.getUrl();
  const headers = { authorization: `Bearer ${apiKey}` };
  return {
    app,
    database,
    transactions: app.get(Transactions),
    profiles: app.select(ProfilesModule).get(ProfilesService),
    projectId,
    apiKey: apiKey ?? '',
    url,
    ask: async <T>(query: string, variables: object = {}) => {
      const { data, errors } = await askAnything<T>(url, headers, { query, variables });
      expect(errors).toBeUndefined();
      return data;
    },
    refusal: async (query) => (await askAnything(url, headers, { query })).errors?.[0],
    send: async (path, csv, key = apiKey ?? '') => {
      const sent = { authorization: `Bearer ${key}`, 'content-type': 'text/csv' };
      const response = await fetch(`${url}${path}`, {
        method: 'POST',
        headers: sent,
        body: csv,
        duplex: 'half',
      } as never);
      return { status: response.status, body: (await response.json()) as ImportAnswer };
    },
    download: async (path) => {
      const response = await fetch(`${url}${path}`, { headers });
      return { status: response.status, text: await response.text() };
    },
    another: async () => {
      others.push(await startApp(providers, trustProxy));
      return (others.at(-1) as NestFastifyApplication).getUrl();
    },
    close: async () => {
      for (const each of [app, ...others]) await each.close();
      await database.drop();
    },
  };
}

async function startApp(providers: Provider[], trustProxy: string | false): Promise<NestFastifyApplication> {
  const graphql = GraphQLModule.forRoot<ApolloDriverConfig>({
    driver: ApolloDriver,
    autoSchemaFile: true,
    buildSchemaOptions: { skipCheck: true },
    context: (request: unknown) => ({ req: request }),
  });
  const module = await Test.createTestingModule({
    imports: [PlatformModule, graphql, ProjectsApiModule, ProfilesModule, ProfilesApiModule],
    providers: [DateTimeScalar, ...providers],
  }).compile();
  const adapter = new FastifyAdapter({ bodyLimit: 1024 ** 4, trustProxy });
  registerBodyParsers(adapter.getInstance());
  const app = module.createNestApplication<NestFastifyApplication>(adapter, { bodyParser: false });
  await app.listen(0, '127.0.0.1');
  return app;
}

interface Answer<T> {
  data: T;
  errors?: { message: string }[];
}

async function askAnything<T>(
  url: string,
  auth: Record<string, string>,
  request: { query: string; variables?: object },
): Promise<Answer<T>> {
  const headers = { ...auth, 'content-type': 'application/json' };
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify(request) });
  return (await response.json()) as Answer<T>;
}

/** What is stored of a person of the stage's project that files tell of. */
export async function storedPerson(
  { database, projectId }: Stage,
  userId: string,
): Promise<Record<string, unknown> | undefined> {
  const [person] = await database.query(
    `SELECT user_id, email, mobile_number, email_subscription, sms_subscription, language, time_zone, country, attributes
     FROM profile WHERE project_id = $1 AND user_id = $2`,
    [projectId, userId],
  );
  return person;
}
