import { newId } from '@libs/foundation';
import { ClocksModule, DateTimeScalar, PageArgsPipe, PlatformModule, Transactions } from '@libs/platform';
import { ConnectionsApiModule } from '@modules/connections';
import { ProfilesApiModule } from '@modules/profiles';
import { type Actor, ProjectsApiModule, ProjectsService } from '@modules/projects';
import { SuppressionApiModule } from '@modules/suppression';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { APP_PIPE } from '@nestjs/core';
import { GraphQLModule } from '@nestjs/graphql';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { registerBodyParsers } from '../../../apps/api/src/body-parsers';
import { createSandbox, type Sandbox } from '../../../apps/sandbox/src/create-sandbox';
import { SyncAttribute } from '../../../src/suppression/sync/sync-attribute';
import { createTestDatabase, type TestDatabase } from '../../support/database';

/** A connection to an account of the sandbox. */
export interface Account {
  tenantId: string;
  connectionId: string;
  apiToken: string;
  control(method: 'PUT' | 'GET', path: string, body?: unknown): Promise<unknown>;
}

/** An account of the sandbox by itself. */
export interface Tenant extends Omit<Account, 'connectionId'> {
  endpoint: string;
}

/** A suppression attribute with its definition in the project. */
export interface ChosenAttribute {
  id: string;
  name: string;
  definitionId: string;
}

/** Suppression with its api, next to the sandbox. */
export interface Stage {
  app: NestFastifyApplication;
  database: TestDatabase;
  transactions: Transactions;
  actor: Actor;
  /** Makes an account and connects it. */
  connect(tenant?: object, connection?: object): Promise<Account>;
  /** Makes an account that nothing is connected to. */
  addTenant(tenant?: object): Promise<Tenant>;
  graphql<T>(query: string, variables?: object): Promise<T>;
  /** GraphQL with another key. */
  as(key: string): Stage['graphql'];
  /** Runs a mutation of one input. */
  mutate<T>(
    field: string,
    inputType: string,
    selection: string,
    input: object,
  ): Promise<T & { userErrors: UserErrors }>;
  rest(path: string, init?: { method?: string; body?: string }): Promise<{ status: number; text: string }>;
  /** Works every sync that waits. */
  work(): Promise<void>;
  /** Chooses an attribute that the project and the account both have for the sync. */
  choose(account: Account, name: string): Promise<ChosenAttribute>;
  /** Makes profiles and returns their ids. */
  addProfiles(userIds: string[]): Promise<string[]>;
  close(): Promise<void>;
}

export type UserErrors = { code: string; message: string; path: string[] }[];

/** Builds the stage on a database of its own. */
export async function setStage(): Promise<Stage> {
  const database = await createTestDatabase();
  Object.assign(process.env, {
    ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
    OUTBOUND_ALLOW_PRIVATE: '1',
    PUBLIC_URL: 'http://127.0.0.1:1',
    SUPPRESSION_ALARM_HOUR: '0',
  });
  const sandbox = await createSandbox({});
  const app = await startApp();
  const { projectId, apiKey } = await app.get(ProjectsService).ensureFirst();
  const transactions = app.get(Transactions);
  const url = await app.getUrl();
  const authorization = { authorization: `Bearer ${apiKey}` };
  const ask =
    (key: string) =>
    async <T>(query: string, variables: object = {}) => {
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
      const answer = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors } = (await answer.json()) as { data: T; errors?: { message: string }[] };
      if (errors) throw new Error(errors.map(({ message }) => message).join('; '));
      return data;
    };
  const graphql: Stage['graphql'] = ask(apiKey ?? '');
  const mutate: Stage['mutate'] = async <T>(field: string, inputType: string, selection: string, input: object) => {
    const document = `mutation ($input: ${inputType}!) { ${field}(input: $input) { ${selection} userErrors { code message path } } }`;
    const data = await graphql<Record<string, T & { userErrors: UserErrors }>>(document, { input });
    const payload = data[field];
    if (!payload) throw new Error(`${field} answered nothing`);
    return payload;
  };
  return {
    app,
    database,
    transactions,
    actor: { projectId, keyId: newId(), label: 'First key', role: 'ADMIN' },
    addTenant: (tenant) => addTenant(sandbox, tenant),
    connect: (tenant, connection) => connect(sandbox, mutate, { tenant, connection }),
    graphql,
    as: ask,
    mutate,
    choose: (account, name) => choose(mutate, account, name),
    rest: async (path, init = {}) => {
      const headers = { ...authorization, ...(init.body === undefined ? {} : { 'content-type': 'text/csv' }) };
      const answer = await fetch(`${url}${path}`, { ...init, headers });
      return { status: answer.status, text: await answer.text() };
    },
    work: async () => {
      const waiting = `SELECT id FROM suppression_sync_run WHERE state IN ('WAITING', 'RUNNING') ORDER BY id`;
      for (const { id } of await database.query<{ id: string }>(waiting)) await app.get(SyncAttribute).run(id);
    },
    addProfiles: async (userIds) => {
      const ids = userIds.map(() => newId());
      await database.query(
        'INSERT INTO profile (id, project_id, user_id) SELECT i, $1, u FROM unnest($2::uuid[], $3::text[]) AS p(i, u)',
        [projectId, ids, userIds],
      );
      return ids;
    },
    close: async () => {
      await app.close();
      await sandbox.close();
      await database.drop();
    },
  };
}

async function choose(mutate: Stage['mutate'], account: Account, name: string): Promise<ChosenAttribute> {
  await account.control('PUT', `/attributes/${name}`, {});
  const { attributeDefinition } = await mutate<{ attributeDefinition: { id: string } }>(
    'createAttributeDefinition',
    'CreateAttributeDefinitionInput',
    'attributeDefinition { id }',
    { name, type: 'BOOLEAN' },
  );
  const { suppressionAttribute } = await mutate<{ suppressionAttribute: { id: string } }>(
    'chooseSuppressionAttribute',
    'ChooseSuppressionAttributeInput',
    'suppressionAttribute { id }',
    { connectionId: account.connectionId, attributeDefinitionId: attributeDefinition.id },
  );
  return { id: suppressionAttribute.id, name, definitionId: attributeDefinition.id };
}

let accounts = 0;

async function connect(
  sandbox: Sandbox,
  mutate: Stage['mutate'],
  { tenant, connection }: { tenant?: object; connection?: object },
): Promise<Account> {
  const { tenantId, control, endpoint, apiToken } = await addTenant(sandbox, tenant);
  const input = { name: `Account ${accounts}`, endpoint, apiToken, callsPerSecond: 100, ...connection };
  const { connection: connected } = await mutate<{ connection: { id: string } }>(
    'createConnection',
    'CreateConnectionInput',
    'connection { id }',
    input,
  );
  return { tenantId, connectionId: connected.id, apiToken, control };
}

async function addTenant(sandbox: Sandbox, tenant?: object): Promise<Tenant> {
  accounts += 1;
  const control = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const init = { method, headers: { 'content-type': 'application/json' }, body: body && JSON.stringify(body) };
    const answer = await fetch(`${sandbox.url}/control/tenants${path}`, init as RequestInit);
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const given = { name: `Account ${accounts}`, ...tenant };
  const made = (await control('POST', '', given)) as { id: string; endpoint: string; apiToken: string };
  const { id: tenantId, endpoint, apiToken } = made;
  return {
    tenantId,
    endpoint,
    apiToken,
    control: (method, path, body) => control(method, `/${tenantId}${path}`, body),
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
      ProfilesApiModule,
      SuppressionApiModule,
    ],
    providers: [DateTimeScalar, { provide: APP_PIPE, useClass: PageArgsPipe }],
  }).compile();
  const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
  registerBodyParsers(app.getHttpAdapter().getInstance());
  await app.listen(0, '127.0.0.1');
  return app;
}
