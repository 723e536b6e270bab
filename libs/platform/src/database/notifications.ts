import { toError } from '@libs/foundation';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Client } from 'pg';
import { PlatformConfig } from '../config/platform.config';
import { Log } from '../logging/logger';
import { keepAlive } from './keep-alive';
import { prepared, query, type Tx } from './transactions';

type Listener = (payload: string) => void;

/**
 * News between processes by PostgreSQL NOTIFY: ids only, delivered after commit, lost while disconnected.
 * Whoever listens must also look by itself from time to time.
 */
@Injectable()
export class Notifications implements OnApplicationShutdown {
  private readonly listeners = new Map<string, Set<Listener>>();
  private client: Client | null = null;
  private connecting: Promise<void> | null = null;
  private isClosed = false;

  constructor(
    private readonly config: PlatformConfig,
    private readonly log: Log,
  ) {}

  /** Sends when `tx` commits. The payload is an id, at most 200 bytes. */
  async notify(tx: Tx, channel: string, payload: string): Promise<void> {
    await query(tx, prepared('SELECT pg_notify($1, $2)'), [channel, payload]);
  }

  /** Calls `listener` for each notification until the returned function is called. */
  async listen(channel: string, listener: Listener): Promise<() => void> {
    const isNew = !this.listeners.has(channel);
    const set = this.listeners.get(channel) ?? new Set();
    this.listeners.set(channel, set.add(listener));
    if (this.client && isNew) await this.client.query(`LISTEN "${channel}"`);
    else await this.connect();
    return () => {
      set.delete(listener);
    };
  }

  async onApplicationShutdown(): Promise<void> {
    this.isClosed = true;
    await this.client?.end().catch(() => undefined);
  }

  private connect(): Promise<void> {
    if (this.client || this.isClosed) return Promise.resolve();
    this.connecting ??= this.open().finally(() => {
      this.connecting = null;
    });
    return this.connecting;
  }

  private async open(): Promise<void> {
    const client = new Client({ connectionString: this.config.DATABASE_URL, ...keepAlive });
    client.on('notification', ({ channel, payload }) => {
      for (const listener of this.listeners.get(channel) ?? []) listener(payload ?? '');
    });
    client.on('error', (error) => this.lost(client, error));
    client.on('end', () => this.lost(client, new Error('connection ended')));
    try {
      await client.connect();
      for (const channel of this.listeners.keys()) await client.query(`LISTEN "${channel}"`);
      this.client = client;
    } catch (error) {
      this.lost(client, error);
    }
  }

  private lost(client: Client, error: unknown): void {
    if (this.isClosed || (this.client !== client && this.client !== null)) return;
    if (this.client === client) this.log.event('notifications.lost', { reason: toError(error).message }, 'warn');
    this.client = null;
    setTimeout(() => void this.connect(), 500).unref();
  }
}
