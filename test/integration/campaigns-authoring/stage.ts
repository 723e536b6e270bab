import { newId } from '@libs/foundation';
import { createOptimoveClient, type RateBudget } from '@libs/optimove-client';
import { PlatformModule, Transactions } from '@libs/platform';
import { ChannelNotFoundError, ChannelsService, DeliveryService } from '@modules/channels';
import { ConnectionsService, DeletionConsequences } from '@modules/connections';
import { ProfilesModule } from '@modules/profiles';
import { type Actor, ProjectsModule } from '@modules/projects';
import { SuppressionService } from '@modules/suppression';
import type { ModuleMetadata } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { authoringEntities, authoringProviders } from '../../../src/campaigns/authoring';
import { PublishTemplateHandler } from '../../../src/campaigns/authoring/publish-template.handler';
import { TellWithTokenHandler } from '../../../src/campaigns/authoring/tell-with-token.handler';
import { WithdrawTemplatesHandler } from '../../../src/campaigns/authoring/withdraw-templates.handler';
import { createTestDatabase, type TestDatabase } from '../../support/database';
import { OptimoveStandIn } from './optimove-stand-in';

/** A project with a connection and two channels, of which the second carries SMS only. */
export interface Stage {
  database: TestDatabase;
  module: TestingModule;
  transactions: Transactions;
  optimove: OptimoveStandIn;
  actor: Actor;
  connectionId: string;
  pushChannelId: string;
  smsChannelId: string;
  close(): Promise<void>;
}

const unlimited: RateBudget = { take: async () => undefined };

/** What a test adds to the stage. */
export interface Additions {
  imports?: ModuleMetadata['imports'];
  providers?: ModuleMetadata['providers'];
  /** Starts the module and answers what to close; by default without an HTTP server. */
  start?: (module: TestingModule) => Promise<{ close(): Promise<void> }>;
}

/** Builds the stage on a database of its own. */
export async function setStage({ imports = [], providers = [], start }: Additions = {}): Promise<Stage> {
  const database = await createTestDatabase();
  process.env.ENCRYPTION_KEYS = `k1:${Buffer.alloc(32, 7).toString('base64')}`;
  const optimove = new OptimoveStandIn();
  const client = createOptimoveClient({
    endpoint: await optimove.start(),
    apiKey: 'key',
    budget: unlimited,
    retries: 0,
  });
  const actor: Actor = { projectId: newId(), keyId: newId(), label: 'tests', role: 'ADMIN' };
  const ids = { connectionId: newId(), pushChannelId: newId(), smsChannelId: newId() };
  const module = await Test.createTestingModule({
    imports: [PlatformModule, ProjectsModule, ProfilesModule, TypeOrmModule.forFeature(authoringEntities), ...imports],
    providers: [
      ...authoringProviders,
      { provide: SuppressionService, useValue: { warningFor: async () => null } },
      ...providers,
      PublishTemplateHandler,
      WithdrawTemplatesHandler,
      TellWithTokenHandler,
      { provide: ConnectionsService, useValue: { clientFor: async () => client } },
      { provide: DeletionConsequences, useValue: { register: () => undefined } },
      { provide: ChannelsService, useValue: channelsOf(actor, ids) },
      {
        provide: DeliveryService,
        useValue: {
          accountsFor: async (_: string, media: string[]) => new Set(media.filter((medium) => medium !== 'INBOX')),
        },
      },
    ],
  }).compile();
  const started = await (start ? start(module) : module.init());
  const close = async (): Promise<void> => {
    await started.close();
    await optimove.stop();
    await database.drop();
  };
  return { database, module, transactions: module.get(Transactions), optimove, actor, ...ids, close };
}

function channelsOf(actor: Actor, ids: { connectionId: string; pushChannelId: string; smsChannelId: string }): object {
  const base = { connectionId: ids.connectionId, state: 'ACTIVE' };
  const views = [
    {
      ...base,
      id: ids.pushChannelId,
      kind: 'MOBILE_PUSH',
      optimoveChannelId: 506,
      media: ['MOBILE_PUSH', 'SMS', 'IN_APP'],
    },
    { ...base, id: ids.smsChannelId, kind: 'TRIGGERED', optimoveChannelId: 505, media: ['SMS'] },
  ];
  return {
    listForProject: async (projectId: string) => (projectId === actor.projectId ? views : []),
    get: async (projectId: string, id: string) => {
      const found = views.find((view) => projectId === actor.projectId && view.id === id);
      if (!found) throw new ChannelNotFoundError(`No channel ${id}`);
      return { ...found, projectId };
    },
  };
}
