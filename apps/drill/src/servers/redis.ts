import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import Redis from 'ioredis';

/** A memory-only Redis on a port of the drill's own that is wiped, killed and started again, empty. */
export class DrillRedis {
  private child: ChildProcess | null = null;
  private readonly endWithUs = (): void => void this.child?.kill('SIGKILL');

  private constructor(
    private readonly port: number,
    private readonly dir: string,
  ) {
    process.once('exit', this.endWithUs);
  }

  static async start(port: number, dir: string): Promise<DrillRedis> {
    const redis = new DrillRedis(port, dir);
    await redis.launch();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async wipe(): Promise<void> {
    await this.command((client) => client.flushall());
  }

  /** Killed, away for so long, and back without anything. */
  async restart(downMs: number): Promise<void> {
    await this.stop();
    await pause(downMs);
    await this.launch();
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  private async launch(): Promise<void> {
    const keep = ['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'];
    this.child = spawn(
      'redis-server',
      ['--bind', '127.0.0.1', '--port', String(this.port), '--dir', this.dir, ...keep],
      {
        stdio: 'ignore',
      },
    );
    this.child.on('error', () => undefined);
    const giveUpAt = Date.now() + 10_000;
    while (!(await this.command((client) => client.ping()).catch(() => null))) {
      if (Date.now() > giveUpAt)
        throw new Error('redis-server does not start; the back end redis needs it on the path');
      await pause(50);
    }
  }

  private async command<T>(run: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(this.url, { lazyConnect: true, retryStrategy: () => null });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await run(client);
    } finally {
      client.disconnect();
    }
  }
}
