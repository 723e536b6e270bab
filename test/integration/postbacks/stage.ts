import { ClocksModule, DateTimeScalar, Leases, PlatformModule, Transactions, type Tx } from '@libs/platform';
import { CampaignsService } from '@modules/campaigns';
import { ConnectionsApiModule } from '@modules/connections';
import { PostbacksApiModule } from '@modules/postbacks';
import { ProjectsApiModule, ProjectsService } from '@modules/projects';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { GraphQLModule } from '@nestjs/graphql';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { formatError } from '../../../apps/api/src/graphql/format-error';
import { PublicationRepository } from '../../../src/campaigns/persistence/authoring/publication.repository';
import { TotalsChangeRepository } from '../../../src/campaigns/persistence/ledger/totals-change.repository';
import { CollectTotals } from '../../../src/postbacks/collect-totals';
import { CollectEngagement } from '../../../src/postbacks/engagement/collect-engagement';
import { EndEngagement } from '../../../src/postbacks/engagement/end-engagement';
import { HandOnEngagement } from '../../../src/postbacks/engagement/hand-on-engagement';
import { PostEngagement } from '../../../src/postbacks/engagement/post-engagement';
import { PostbackClocks } from '../../../src/postbacks/jobs/postback.clocks';
import { EngagementBatchRepository } from '../../../src/postbacks/persistence/engagement-batch.repository';
import { EngagementEventRepository } from '../../../src/postbacks/persistence/engagement-event.repository';
import { MetricTotalRepository } from '../../../src/postbacks/persistence/metric-total.repository';
import { PostMetrics } from '../../../src/postbacks/post-metrics';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { MetricsPeer } from './metrics-peer';

/** Totals of a template, as campaigns would answer them. */
export interface Totals {
  campaign?: string;
  template?: string;
  sent: number;
  delivered?: number;
  dropped?: number;
  opened?: number;
  bounced?: number;
  closesAt?: Date;
}

/** Something a customer did, as campaigns would answer it. */
export interface News {
  customer: string;
  kind?: string;
  template?: string;
  occurredAt?: Date;
  closesAt?: Date;
}

/** A row of what is owed. */
export interface KeptMetric {
  template: string;
  metric: string;
  owed: number;
  acknowledged: number;
  uncertain: number;
  state: string;
  error: string | null;
}

/** The running api with one project, and Optimove played by a peer. */
export interface Stage {
  app: NestFastifyApplication;
  database: TestDatabase;
  optimove: MetricsPeer;
  adminKey: string;
  /** What campaigns answers when asked for the totals of any execution. */
  campaigns: { answer: () => Promise<object[]>; news: object[] };
  /** Answers data and errors of a document. */
  ask(query: string, variables?: object): Promise<{ data: never; errors?: { message: string; extensions: object }[] }>;
  /** Connects to the peer and returns the connection's id; an account of its own unless told. */
  connect(name: string, mode: 'ABSOLUTE' | 'DELTA', account?: string): Promise<string>;
  /** Deletes, or disables, a connection. */
  leave(connectionId: string, how: 'deleteConnection' | 'disableConnection'): Promise<void>;
  /** Has these totals collected for a connection. */
  collect(connectionId: string, totals: Totals[]): Promise<void>;
  /** Says that totals of some execution changed. */
  announceChange(): Promise<unknown>;
  /** Totals in the shape that campaigns answers. */
  totalsOf(connectionId: string, totals: Totals[]): object[];
  /** Has this engagement collected for a connection; of executions of its account unless told. */
  engage(connectionId: string, news: News[], accountId?: string): Promise<void>;
  accountOf(connectionId: string): Promise<string>;
  /** Moves a connection to another account, which nobody else has. */
  move(connectionId: string): Promise<void>;
  /** Makes what is owed older, as if nobody had been able to tell it for so many hours. */
  age(connectionId: string, hours: number): Promise<void>;
  post(connectionId: string): Promise<void>;
  /** Makes everything owed due now, as if the wait were over. */
  wait(connectionId: string): Promise<void>;
  kept(connectionId: string): Promise<KeptMetric[]>;
  close(): Promise<void>;
}

/** Builds the stage on a database of its own. The clocks run only where a test asks them to. */
export async function setStage(): Promise<Stage> {
  const database = await createTestDatabase();
  process.env.ENCRYPTION_KEYS = `k1:${Buffer.alloc(32, 7).toString('base64')}`;
  process.env.OUTBOUND_ALLOW_PRIVATE = '1';
  const optimove = await MetricsPeer.start();
  const campaigns: Stage['campaigns'] = { answer: async () => [], news: [] };
  const app = await startApp(campaigns);
  const { projectId, apiKey } = await app.get(ProjectsService).ensureFirst();
  const adminKey = apiKey ?? '';
  const url = await app.getUrl();
  const ask: Stage['ask'] = async (query, variables = {}) => {
    const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ query, variables });
    return (await (await fetch(`${url}/graphql`, { method: 'POST', headers, body })).json()) as never;
  };
  const totalsOf: Stage['totalsOf'] = (connectionId, totals) =>
    totals.map(({ campaign = '20417', template = '7731', sent, delivered = 0, dropped = 0, ...rest }) => ({
      projectId,
      connectionId,
      optimoveChannelId: 506,
      optimoveCampaignId: campaign,
      optimoveTemplateId: template,
      sent,
      delivered,
      dropped,
      opened: rest.opened ?? 0,
      clicked: 0,
      unsubscribed: 0,
      complained: 0,
      bounced: rest.bounced ?? 0,
      closesAt: rest.closesAt ?? inAWeek(),
    }));
  const accountOf: Stage['accountOf'] = async (id) => {
    const [row] = await database.query<{ account: string }>(
      'SELECT account_id AS account FROM connection WHERE id = $1',
      [id],
    );
    return row?.account ?? '';
  };
  const announceChange = () => database.query('INSERT INTO totals_change (execution_id) VALUES (gen_random_uuid())');
  return {
    app,
    database,
    optimove,
    adminKey,
    campaigns,
    ask,
    totalsOf,
    connect: async (name, metricsMode, account = name) => {
      const { data } = await ask(
        `mutation ($input: CreateConnectionInput!) { payload: createConnection(input: $input) {
          connection { id } userErrors { message } } }`,
        {
          input: {
            name,
            endpoint: optimove.endpoint,
            apiToken: `token-${account.replaceAll(' ', '-')}`,
            callsPerSecond: 1000,
            metricsMode,
          },
        },
      );
      const { payload } = data as { payload: { connection: { id: string } | null; userErrors: object[] } };
      if (!payload.connection) throw new Error(JSON.stringify(payload.userErrors));
      return payload.connection.id;
    },
    leave: async (id, how) => {
      const input = how === 'deleteConnection' ? { id, acceptConsequences: true } : { id };
      const type = how === 'deleteConnection' ? 'DeleteConnectionInput' : 'ConnectionIdInput';
      const { errors } = await ask(`mutation ($input: ${type}!) { ${how}(input: $input) { userErrors { code } } }`, {
        input,
      });
      if (errors) throw new Error(JSON.stringify(errors));
    },
    collect: async (connectionId, totals) => {
      campaigns.answer = async () => totalsOf(connectionId, totals);
      await announceChange();
      await app.get(CollectTotals).run();
    },
    announceChange,
    accountOf,
    move: async (connectionId) => {
      await database.query(
        `UPDATE connection SET account_id = gen_random_uuid(), names_since = date_trunc('milliseconds', clock_timestamp()) WHERE id = $1`,
        [connectionId],
      );
    },
    engage: async (connectionId, news, account) => {
      const accountId = account ?? (await accountOf(connectionId));
      campaigns.news = news.map(({ customer, kind = 'OPENED', template = '7731', occurredAt, closesAt }) => ({
        projectId,
        connectionId,
        accountId,
        optimoveChannelId: 506,
        optimoveCampaignId: '20417',
        optimoveTemplateId: template,
        customerId: customer,
        kind,
        occurredAt: occurredAt ?? new Date(),
        closesAt: closesAt ?? inAWeek(),
      }));
      await app.get(CollectEngagement).run();
    },
    age: async (connectionId, hours) => {
      await database.query(
        `UPDATE metric_total SET due_since = due_since - $2 * interval '1 hour' WHERE connection_id = $1`,
        [connectionId, hours],
      );
    },
    post: (connectionId) => app.get(PostMetrics).run(connectionId),
    wait: async (connectionId) => {
      await database.query('UPDATE metric_total SET next_try_at = now() WHERE connection_id = $1', [connectionId]);
      await database.query('UPDATE engagement_batch SET next_try_at = now() WHERE connection_id = $1', [connectionId]);
    },
    kept: (connectionId) =>
      database.query<KeptMetric>(
        `SELECT optimove_template_id AS template, metric, owed_value AS owed, acknowledged_value AS acknowledged,
           uncertain_value AS uncertain, state, last_error AS error
         FROM metric_total WHERE connection_id = $1 ORDER BY optimove_template_id, metric DESC`,
        [connectionId],
      ),
    close: async () => {
      await app.close();
      await optimove.close();
      await database.drop();
    },
  };
}

async function startApp(campaigns: Stage['campaigns']): Promise<NestFastifyApplication> {
  const graphql = GraphQLModule.forRoot<ApolloDriverConfig>({
    driver: ApolloDriver,
    autoSchemaFile: true,
    buildSchemaOptions: { skipCheck: true },
    formatError,
    context: (request: unknown) => ({ req: request }),
  });
  const module = await Test.createTestingModule({
    imports: [PlatformModule, ClocksModule, graphql, ProjectsApiModule, ConnectionsApiModule, PostbacksApiModule],
    providers: [DateTimeScalar],
  })
    .overrideProvider(CampaignsService)
    .useValue({
      totals: () => campaigns.answer(),
      takeEngagement: async () => {
        const news = campaigns.news.splice(0);
        return { taken: news.length, news };
      },
      appsInOptimove: (tx: Tx, connection: { projectId: string; connectionId: string }) =>
        new PublicationRepository().appsInOptimove(tx, connection),
      takeChangedTotals: (tx: Tx, limit: number) => new TotalsChangeRepository().take(tx, limit),
      keepChangedTotals: (tx: Tx, ids: string[]) => new TotalsChangeRepository().add(tx, ids),
    })
    .compile();
  const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
  await app.listen(0, '127.0.0.1');
  return app;
}

/** The clock of one worker among several. */
export function newClock({ app }: Stage): PostbackClocks {
  return new PostbackClocks(
    app.get(Leases),
    app.get(Transactions),
    app.get(MetricTotalRepository),
    app.get(PostMetrics),
    app.get(CollectTotals),
    app.get(CollectEngagement),
    app.get(EngagementEventRepository),
    app.get(EngagementBatchRepository),
    app.get(PostEngagement),
    app.get(EndEngagement),
    app.get(HandOnEngagement),
  );
}

const weekMs = 7 * 24 * 3_600_000;
const inAWeek = (): Date => new Date(Date.now() + weekMs);
