import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../libs/platform/src/embedded';
import { eventually } from '../../support/eventually';

const isRoot = process.getuid?.() === 0;
const settings = { fsync: 'off', shared_buffers: '16MB', max_connections: 10 };

describe('the embedded PostgreSQL', () => {
  let parent: string;
  let dataDir: string;
  const started: EmbeddedPostgres[] = [];

  const start = async (port?: number): Promise<EmbeddedPostgres> => {
    const server = await startEmbeddedPostgres({ dataDir, port, settings });
    started.push(server);
    return server;
  };
  const serverPid = (): number =>
    Number(readFileSync(join(dataDir, 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0]);

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'embedded-'));
    execFileSync('chmod', ['755', parent]);
    dataDir = join(parent, 'postgres');
  });

  afterEach(async () => {
    for (const server of started.splice(0)) await server.stop();
    rmSync(parent, { recursive: true, force: true });
  });

  it('keeps its data over a stop and a start', async () => {
    const first = await start();
    await query(first.url, "CREATE TABLE kept AS SELECT lower('ÄX') AS text");
    await started.pop()?.stop();

    const second = await start();

    expect(second.adopted).toBe(false);
    expect(await query(second.url, 'SELECT text FROM kept')).toEqual([{ text: 'äx' }]);
  });

  it('asks for a password, which only a private file keeps', async () => {
    const { url, port } = await start();

    expect(statSync(join(dataDir, 'password')).mode & 0o777).toBe(0o600);
    await expect(query(url.replace(/:[^:@]+@/, ':wrong@'), 'SELECT 1')).rejects.toThrow(
      'password authentication failed',
    );
    expect(await query(url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    expect(await query(url, 'SHOW port')).toEqual([{ port: String(port) }]);
  });

  it('is joined by a second start and stopped by the last that leaves', async () => {
    const first = await start();
    const second = await start();
    expect(second).toMatchObject({ adopted: true, url: first.url });

    await started.shift()?.stop();
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);

    await started.shift()?.stop();
    await expect(query(second.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
  });

  it('does not count a user that was killed', async () => {
    const { url } = await start();
    const killed = spawn('sleep', ['60']);
    writeFileSync(join(dataDir, 'users', `${killed.pid}-killed`), '1');
    killed.kill('SIGKILL');

    await started.pop()?.stop();

    await expect(query(url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
  });

  it('comes back after the server itself was killed', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS one');
    const pid = serverPid();
    process.kill(pid, 'SIGKILL');
    await eventually('the server is gone', () => !isAlive(pid));

    const second = await start();

    expect(second.adopted).toBe(false);
    expect(await query(second.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
  });

  it('is not misled by a pid file whose number belongs to another program', async () => {
    await start();
    await started.pop()?.stop();
    const other = spawn('sleep', ['60']);
    writeFileSync(join(dataDir, 'cluster', 'postmaster.pid'), `${other.pid}\n${join(dataDir, 'cluster')}\n0\n1\n\n\n`);

    const server = await start();

    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(other.exitCode).toBeNull();
    other.kill();
  });

  it('makes its data anew when the first making was interrupted', async () => {
    mkdirSync(join(dataDir, 'cluster.new', 'base'), { recursive: true });
    writeFileSync(join(dataDir, 'password'), 'half');

    const { url } = await start();

    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(existsSync(join(dataDir, 'cluster.new'))).toBe(false);
  });

  it('names a port that is taken', async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port));
    });

    await expect(start(port)).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      message: expect.stringContaining(String(port)),
    });
    other.close();
  });

  const whenRoot = isRoot ? it : () => undefined;
  whenRoot('keeps its data where the lent account reaches it when the folder is private', async () => {
    execFileSync('chmod', ['700', parent]);
    const name = `data-${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`;

    const { url } = await start();

    const folder = readFileSync(join(dataDir, 'location'), 'utf8').trim();
    expect(folder.endsWith(name)).toBe(true);
    expect(await query(url, 'SHOW data_directory')).toEqual([{ data_directory: join(folder, 'cluster') }]);
    expect(statSync(join(folder, 'cluster')).uid).not.toBe(0);
    await started.pop()?.stop();
    rmSync(folder, { recursive: true });
  });
});

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query(sql)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
