import { newId } from '@libs/foundation';
import { DateTimeScalar, PlatformModule, Transactions } from '@libs/platform';
import type { ConnectionView } from '@modules/connections';
import {
  type MatchCustomer,
  MatchingApiModule,
  MatchingModule,
  MatchingService,
  type MatchResult,
} from '@modules/matching';
import { ProjectsApiModule, ProjectsService } from '@modules/projects';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { GraphQLModule } from '@nestjs/graphql';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { createTestDatabase, type TestDatabase } from '../../support/database';

/** A profile as the tests look at it. */
export interface StoredProfile {
  id: string;
  user_id: string;
  mobile_number: string | null;
  sms_subscription: string;
}

/** Matching on a database of its own. */
export interface Stage {
  database: TestDatabase;
  matching: MatchingService;
  projectId: string;
  /** A connection of the project; without attributes unless told. */
  connection(settings?: Partial<ConnectionView>): ConnectionView;
  /** Makes a profile and returns its id. */
  addProfile(userId: string, fields?: { mobileNumber?: string; smsSubscription?: string }): Promise<string>;
  stored(userId: string): Promise<StoredProfile | undefined>;
  /** Matches customers, numbered from 1, in an execution. */
  match(connection: ConnectionView, customers: Partial<MatchCustomer>[], executionId?: string): Promise<MatchResult[]>;
  ask<T>(query: string, variables?: object): Promise<{ data: T; errors?: { message: string }[] }>;
  download(path: string): Promise<{ status: number; text: string }>;
  close(): Promise<void>;
}

/** Builds the stage. */
export async function setStage(): Promise<Stage> {
  const database = await createTestDatabase();
  process.env.ENCRYPTION_KEYS = `k1:${Buffer.alloc(32, 7).toString('base64')}`;
  const app = await startApp();
  const { projectId, apiKey } = await app.get(ProjectsService).ensureFirst();
  const url = await app.getUrl();
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  const matching = app.select(MatchingModule).get(MatchingService);
  return {
    database,
    matching,
    projectId,
    connection: (settings) => ({ ...plainConnection, id: newId(), projectId, ...settings }),
    addProfile: async (userId, { mobileNumber, smsSubscription } = {}) => {
      const id = newId();
      await database.query(
        'INSERT INTO profile (id, project_id, user_id, mobile_number, sms_subscription) VALUES ($1, $2, $3, $4, $5)',
        [id, projectId, userId, mobileNumber ?? null, smsSubscription ?? 'NOT_SET'],
      );
      return id;
    },
    stored: async (userId) =>
      (
        await database.query<StoredProfile>(
          'SELECT id, user_id, mobile_number, sms_subscription FROM profile WHERE project_id = $1 AND user_id = $2',
          [projectId, userId],
        )
      )[0],
    match: (connection, customers, executionId = newId()) =>
      app.get(Transactions).run((tx) =>
        matching.match(tx, {
          connection,
          executionId,
          customers: customers.map((customer, index) => ({
            seq: index + 1,
            customerId: `customer-${index + 1}`,
            userIdValue: null,
            mobileNumberValue: null,
            ...customer,
          })),
        }),
      ),
    ask: async <T>(query: string, variables: object = {}) => {
      const body = JSON.stringify({ query, variables });
      const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body });
      return (await response.json()) as { data: T; errors?: { message: string }[] };
    },
    download: async (path) => {
      const response = await fetch(`${url}${path}`, { headers });
      return { status: response.status, text: await response.text() };
    },
    close: async () => {
      await app.close();
      await database.drop();
    },
  };
}

const plainConnection: Omit<ConnectionView, 'id' | 'projectId'> = {
  name: 'Shop',
  accountId: '00000000-0000-4000-8000-000000000001',
  endpoint: 'https://optimove.example.com/',
  timeZone: 'UTC',
  status: 'ACTIVE',
  userIdAttribute: null,
  namesSince: null,
  mobileNumberAttribute: null,
  treatImportedNumbersAsSubscribed: true,
  metricsMode: 'ABSOLUTE',
  pageSize: 1000,
  trustsShortPage: false,
  isDisabled: false,
  callbackAddresses: [],
  triggeredPerMinute: null,
  triggeredPerPersonPerHour: null,
};

async function startApp(): Promise<NestFastifyApplication> {
  const graphql = GraphQLModule.forRoot<ApolloDriverConfig>({
    driver: ApolloDriver,
    autoSchemaFile: true,
    buildSchemaOptions: { skipCheck: true },
    context: (request: unknown) => ({ req: request }),
  });
  const module = await Test.createTestingModule({
    imports: [PlatformModule, graphql, ProjectsApiModule, MatchingApiModule],
    providers: [DateTimeScalar],
  }).compile();
  const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
  await app.listen(0, '127.0.0.1');
  return app;
}
