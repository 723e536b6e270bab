import { AccessTokens, readServiceAccount } from '@libs/delivery';
import { InvariantError } from '@libs/foundation';
import {
  createEventSender,
  createOptimoveClient,
  createOptimoveStorage,
  type EventSender,
  type Lane,
  type OptimoveClient,
  type OptimoveStorage,
  type RateBudget,
} from '@libs/optimove-client';
import { Metrics, OutboundGuard, SecretBox, Transactions } from '@libs/platform';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Dispatcher } from 'undici';
import { ConnectionsConfig } from './connections.config';
import { ConnectionNotFoundError } from './domain/errors';
import { CallBudget } from './persistence/call-budget';
import type { ConnectionEntity } from './persistence/connection.entity';
import { ConnectionRepository } from './persistence/connection.repository';

interface Access {
  /** Null: it is not stored. */
  id: string | null;
  endpoint: string;
  apiKey: string;
  callsPerSecond: number;
}

const storageScope = 'https://www.googleapis.com/auth/devstorage.read_only';
const connectionsPerHost = 8;
const checkTimeoutMs = 10_000;

/** Makes Optimove clients: guarded dispatcher, shared call budget, and what each answer says of the connection. */
@Injectable()
export class OptimoveClients implements OnModuleDestroy {
  /** Files of engagements, for every connection. */
  readonly storage: OptimoveStorage;
  private readonly dispatcher: Dispatcher;
  private readonly count: (labels: { connection: string; lane: Lane }) => void;
  private readonly kept = new Map<string, { fingerprint: string; client: OptimoveClient }>();

  constructor(
    private readonly transactions: Transactions,
    private readonly secrets: SecretBox,
    private readonly repository: ConnectionRepository,
    guard: OutboundGuard,
    config: ConnectionsConfig,
    metrics: Metrics,
  ) {
    const help = 'Calls to Optimove that the budget of a connection let go, by what they were for';
    this.count = metrics.counter('optimove_calls_total', help, ['connection', 'lane']);
    this.dispatcher = guard.dispatcher({ connections: connectionsPerHost });
    this.storage = createOptimoveStorage({
      url: config.OPTIMOVE_STORAGE_URL,
      dispatcher: this.dispatcher,
      accessTokens: accessTokensOf(config, this.dispatcher),
    });
  }

  /** A client for an address and token that are not stored yet: somebody waits, so it tries once and not for long. */
  forCheck(access: Omit<Access, 'id'>): OptimoveClient {
    return this.create({ ...access, id: null }, () => undefined, { retries: 0, timeoutMs: checkTimeoutMs });
  }

  /** The client of a stored connection, kept until its token, endpoint or rate changes. */
  async forConnection(connectionId: string): Promise<OptimoveClient> {
    const connection = await this.repository.findAny(this.transactions.pool, connectionId);
    if (!connection?.apiToken) throw new ConnectionNotFoundError(`Connection ${connectionId} has no token any more`);
    const fingerprint = `${connection.apiToken}\n${connection.endpoint}\n${connection.callsPerSecond}`;
    const existing = this.kept.get(connectionId);
    if (existing?.fingerprint === fingerprint) return existing.client;
    const client = this.createFor(connection, this.secrets.open(connection.apiToken, connection.id));
    this.kept.set(connectionId, { fingerprint, client });
    return client;
  }

  /** A sender of signed events that spends the connection's budget. */
  async eventSender(connectionId: string, target: { url: string; tenantToken: string }): Promise<EventSender> {
    const connection = await this.repository.findAny(this.transactions.pool, connectionId);
    if (!connection?.apiToken) throw new ConnectionNotFoundError(`Connection ${connectionId} has no token any more`);
    const apiKey = this.secrets.open(connection.apiToken, connection.id);
    const budget = this.budgetOf({ ...connection, apiKey });
    return createEventSender({ ...target, budget, dispatcher: this.dispatcher });
  }

  async onModuleDestroy(): Promise<void> {
    await this.dispatcher.destroy();
  }

  private budgetOf(access: Access): RateBudget {
    const budget = new CallBudget(this.transactions, access);
    const { id: connection } = access;
    if (connection === null) return budget;
    return {
      take: async (lane) => {
        await budget.take(lane);
        this.count({ connection, lane });
      },
    };
  }

  private createFor(connection: ConnectionEntity, apiKey: string): OptimoveClient {
    const { id, apiTokenSetAt } = connection;
    return this.create({ ...connection, apiKey }, async (status) => {
      if (status === 401) await this.repository.noteRefusedToken(this.transactions.pool, id, apiTokenSetAt);
      if (status < 300) await this.repository.noteSuccess(this.transactions.pool, id);
    });
  }

  private create(
    access: Access,
    onAnswer: (status: number) => Promise<void> | void,
    patience: { retries?: number; timeoutMs?: number } = {},
  ): OptimoveClient {
    return createOptimoveClient({
      endpoint: access.endpoint,
      apiKey: access.apiKey,
      budget: this.budgetOf(access),
      dispatcher: this.dispatcher,
      onAnswer,
      ...patience,
    });
  }
}

/** Tokens of the identity that reads the bucket; undefined when none is set up. */
function accessTokensOf(
  { OPTIMOVE_STORAGE_SERVICE_ACCOUNT: json }: ConnectionsConfig,
  dispatcher: Dispatcher,
): AccessTokens | undefined {
  if (!json) return undefined;
  const account = readServiceAccount(json);
  if ('message' in account) throw new InvariantError(`OPTIMOVE_STORAGE_SERVICE_ACCOUNT: ${account.message}`);
  return new AccessTokens(account, dispatcher, storageScope);
}
