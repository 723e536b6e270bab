import { DateTimeScalar } from '@libs/platform';
import { ProjectsApiModule, ProjectsService, type Role } from '@modules/projects';
import { SuppressionService } from '@modules/suppression';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { GraphQLModule } from '@nestjs/graphql';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DirectCampaignResolver } from '../../../src/campaigns/api/direct/direct-campaign.resolver';
import { approvalApiProviders, approvalProviders } from '../../../src/campaigns/approval';
import { authoringApiProviders } from '../../../src/campaigns/authoring';
import { directProviders } from '../../../src/campaigns/direct';
import { AudienceRepository } from '../../../src/campaigns/persistence/ledger/audience.repository';
import { ExecutionListRepository } from '../../../src/campaigns/persistence/ledger/execution-list.repository';
import { StopRepository } from '../../../src/campaigns/persistence/ledger/stop.repository';
import { type Stage, setStage } from './stage';

/** A problem of an input, as it is answered. */
export interface UserErrorAnswer {
  code: string;
  path: string[];
  message: string;
}

/** The stage with campaigns of both kinds over GraphQL, and a key for every role. */
export interface GraphqlStage extends Stage {
  /** Asks as a role; administrators unless told. @throws {Error} with what GraphQL itself refused. */
  ask<T>(query: string, variables?: object, role?: Role): Promise<T>;
  /** One mutation with its input; `fields` are those of the payload beside `userErrors`. */
  change<T>(mutation: string, given: { input: object; fields: string; role?: Role }): Promise<T & Refusable>;
}

/** What every payload has. */
export interface Refusable {
  userErrors: UserErrorAnswer[];
}

const graphql = GraphQLModule.forRoot<ApolloDriverConfig>({
  driver: ApolloDriver,
  autoSchemaFile: true,
  buildSchemaOptions: { skipCheck: true },
  context: (request: unknown) => ({ req: request }),
});

/** Builds it. The guard knows no rules and holds nothing. */
export async function setGraphqlStage(): Promise<GraphqlStage> {
  let app: NestFastifyApplication | null = null;
  const stage = await setStage({
    imports: [ProjectsApiModule, graphql],
    providers: [
      ...authoringApiProviders,
      ...directProviders,
      ...approvalProviders,
      ...approvalApiProviders,
      DirectCampaignResolver,
      AudienceRepository,
      ExecutionListRepository,
      StopRepository,
      DateTimeScalar,
      {
        provide: SuppressionService,
        useValue: {
          standing: async () => ({ rules: [], holdReason: null, warnings: [] }),
          warningFor: async () => null,
        },
      },
    ],
    start: async (module) => {
      app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
      await app.listen(0, '127.0.0.1');
      return app;
    },
  });
  if (!app) throw new Error('The stage did not start');
  const url = `${await (app as NestFastifyApplication).getUrl()}/graphql`;
  const first = await (app as NestFastifyApplication).get(ProjectsService).ensureFirst();
  stage.actor.projectId = first.projectId;
  const keys = new Map<Role, string>([['ADMIN', first.apiKey ?? '']]);

  async function post<T>(key: string, query: string, variables: object): Promise<T> {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
    const { data, errors } = (await response.json()) as { data: T; errors?: { message: string }[] };
    if (errors) throw new Error(errors.map(({ message }) => message).join('; '));
    return data;
  }

  async function keyOf(role: Role): Promise<string> {
    const known = keys.get(role);
    if (known) return known;
    const query = 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key } }';
    const input = { label: role.toLowerCase(), role };
    const { createApiKey } = await post<{ createApiKey: { key: string } }>(keys.get('ADMIN') ?? '', query, { input });
    keys.set(role, createApiKey.key);
    return createApiKey.key;
  }

  const ask = async <T>(query: string, variables: object = {}, role: Role = 'ADMIN'): Promise<T> =>
    post<T>(await keyOf(role), query, variables);
  const change = async <T>(mutation: string, given: { input: object; fields: string; role?: Role }) => {
    const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { answer: ${mutation}(input: $input) { ${given.fields} userErrors { code path message } } }`;
    return (await ask<{ answer: T & Refusable }>(query, { input: given.input }, given.role)).answer;
  };
  return { ...stage, ask, change };
}
