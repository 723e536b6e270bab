import { type EventEmitter, setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { type BackendFactory, type PgPool, type PgQueryable, PostgresConnection, PostgresQueueBackend } from 'bullmq';

type Listener = Awaited<ReturnType<PostgresConnection['getListenClient']>>;

interface Shared {
  connection: PostgresConnection;
  shares: Set<Share>;
}

interface PoolOptions {
  connectionString: string;
  [setting: string]: unknown;
}

/** Those of this process, by address. */
const inUse = new Map<string, Shared>();
const listeners = new WeakMap<Listener, Listener>();

/**
 * BullMQ opens a pool for each Queue and Worker, and beside it a connection on which a Worker listens. Here all of a
 * process share one pool and one connection that listens, which the last of them closes.
 */
export const shareConnections: BackendFactory<PostgresQueueBackend, PoolOptions> = (name, opts) =>
  new PostgresQueueBackend(new Share(sharedBy(opts.connection)), name, opts as never);

function sharedBy(options: PoolOptions): Shared {
  const { connectionString } = options;
  const existing = inUse.get(connectionString);
  if (existing) return existing;
  const shared = { connection: new PostgresConnection(options), shares: new Set<Share>() };
  shared.connection.on('listenerinvalidated', () => {
    for (const share of shared.shares) share.emit('listenerinvalidated');
  });
  inUse.set(connectionString, shared);
  return shared;
}

/**
 * What one Queue or Worker has of it. An error of a connection that is idle is not told to all of them: who needs a
 * connection next gets a new one, or an error of its own.
 */
class Share extends PostgresConnection {
  private leaving: Promise<void> | undefined;

  constructor(private readonly shared: Shared) {
    super(shareOf(shared.connection.pool));
    shared.shares.add(this);
  }

  override waitUntilReady(): Promise<void> {
    return this.shared.connection.waitUntilReady().catch(tellLater);
  }

  override async getListenClient(): Promise<Listener> {
    return heardByMany(await this.shared.connection.getListenClient());
  }

  override get hasListenClientKeepAlive(): boolean {
    return this.shared.connection.hasListenClientKeepAlive;
  }

  override close(): Promise<void> {
    this.leaving ??= this.leave();
    return this.leaving;
  }

  private async leave(): Promise<void> {
    await super.close();
    const { connection, shares } = this.shared;
    shares.delete(this);
    if (shares.size > 0) return;
    for (const [address, shared] of inUse) if (shared === this.shared) inUse.delete(address);
    await connection.close();
  }
}

/** SQLSTATEs of a server that starts, stops or recovers, and of one that has no connection left. */
const refusals = new Set<unknown>(['57P03', '53300']);
const betweenTriesMs = 1_000;

/** A Worker asks again at once after every error but a refused connection; such a server refuses, too. */
async function tellLater(error: unknown): Promise<never> {
  if (refusals.has((error as { code?: string }).code)) await pause(betweenTriesMs);
  throw error;
}

/** The pool as one of them sees it: a statement that hangs in its queue keeps one connection from the others, not all. */
function shareOf(pool: PgPool): PgPool {
  const query = oneAtATime(pool);
  const seen: PgPool = {
    query: (text, parameters) => query<never>(text, parameters).catch(tellLater),
    connect: () => pool.connect().catch(tellLater),
    end: async () => undefined,
    on: () => seen,
    removeAllListeners: () => seen,
  };
  return seen;
}

function heardByMany(client: Listener): Listener {
  const known = listeners.get(client);
  if (known) return known;
  setMaxListeners(0, client as unknown as EventEmitter);
  const query = oneAtATime(client);
  const seen = new Proxy(client, { get: (of, name) => (name === 'query' ? query : Reflect.get(of, name)) });
  listeners.set(client, seen);
  return seen;
}

function oneAtATime(of: PgQueryable): PgQueryable['query'] {
  let last: Promise<unknown> = Promise.resolve();
  return (text, parameters) => {
    const answer = last.then(() => of.query<never>(text, parameters));
    last = answer.catch(() => undefined);
    return answer;
  };
}
