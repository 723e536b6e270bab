import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../../libs/platform/src/embedded';

const settings = { max_connections: 400 };

/** A PostgreSQL of the drill's own that goes down and comes back with everything that was committed. */
export class DrillPostgres {
  private restarting: Promise<void> = Promise.resolve();
  private isWanted = true;

  private constructor(
    private readonly dataDir: string,
    private server: EmbeddedPostgres,
  ) {}

  static async start(dataDir: string): Promise<DrillPostgres> {
    return new DrillPostgres(dataDir, await startEmbeddedPostgres({ dataDir, settings }));
  }

  get url(): string {
    return this.server.url;
  }

  /** Makes an empty database. @returns its address. */
  async createDatabase(name: string): Promise<string> {
    const client = new Client({ connectionString: this.server.url });
    await client.connect();
    await client.query(`CREATE DATABASE ${name}`);
    await client.end();
    return Object.assign(new URL(this.server.url), { pathname: `/${name}` }).toString();
  }

  /** Goes down for so long; `immediate` as in a crash, else with transactions rolled back and the log closed. */
  restart(downMs: number, how: 'fast' | 'immediate'): Promise<void> {
    this.restarting = this.goDownAndUp(downMs, how);
    return this.restarting;
  }

  /** Stops it for good, also one that is about to come back. */
  async stop(): Promise<void> {
    this.isWanted = false;
    await this.restarting.catch(() => undefined);
    await this.server.stop();
  }

  /** Copies what the server said: a crash that nobody asked for is told of nowhere else. */
  keepLog(file: string): void {
    copyFileSync(join(this.folder(), 'server.log'), file);
  }

  private async goDownAndUp(downMs: number, how: 'fast' | 'immediate'): Promise<void> {
    const { port } = this.server;
    if (how === 'immediate') await this.crash();
    await this.server.stop();
    await pause(downMs);
    if (!this.isWanted) return;
    this.server = await startEmbeddedPostgres({ dataDir: this.dataDir, port, settings });
  }

  private async crash(): Promise<void> {
    const pid = Number(readFileSync(join(this.folder(), 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0]);
    process.kill(pid, 'SIGQUIT');
    while (isAlive(pid)) await pause(20);
  }

  /** Where the account of the server cannot reach `dataDir`, a file in it names the folder that it can. */
  private folder(): string {
    try {
      return readFileSync(join(this.dataDir, 'location'), 'utf8').trim();
    } catch {
      return this.dataDir;
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
