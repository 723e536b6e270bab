import { spawn } from 'node:child_process';
import { closeSync, readFileSync } from 'node:fs';
import { type Account, runAs } from './account';
import type { Binaries } from './binaries';
import { openLog, type ServerFiles } from './cluster';
import { EmbeddedServerError } from './errors';
import { freePort, isPortTaken } from './ports';
import { waitUntil } from './processes';
import { answers, type RunningServer, serverUrl, stopServer } from './running-server';
import { type PostgresSettings, settingOptions } from './settings';

const readyWithinMs = 60_000;
const attempts = 20;

interface Launch {
  files: ServerFiles;
  account: Account | null;
  binaries: Binaries;
  password: string;
  port: number | undefined;
  settings: PostgresSettings;
}

/** Starts the server of an existing cluster and waits until it answers. */
export async function launchServer(launch: Launch): Promise<RunningServer> {
  if (launch.port && (await isPortTaken(launch.port))) throw portTaken(launch.port);
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const port = launch.port ?? (await freePort());
    const pid = await tryOnce(launch, port);
    if (pid !== null) return { pid, port };
    const log = readFileSync(launch.files.log, 'utf8');
    // The last processes of a killed server hold its memory for a moment.
    if (!/Address already in use|pre-existing shared memory block/.test(log)) throw failed(log);
    await waitUntil(() => false, 250);
  }
  throw failed(readFileSync(launch.files.log, 'utf8'));
}

async function tryOnce({ files, account, binaries, password, settings }: Launch, port: number): Promise<number | null> {
  const log = openLog(files, account);
  const options = ['-D', files.cluster, '-p', String(port), ...settingOptions(settings)];
  // A session of its own: Ctrl-C in the terminal must reach us first, so that our processes stop before the database.
  const child = spawn(binaries.postgres, options, { ...runAs(account), detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  let hasEnded = false;
  child.on('exit', () => {
    hasEnded = true;
  });
  child.on('error', () => {
    hasEnded = true;
  });
  child.unref();
  const url = serverUrl(port, password);
  const isReady = await waitUntil(async () => hasEnded || (await answers(url, files.cluster)), readyWithinMs);
  if (hasEnded) return null;
  if (isReady && child.pid) return child.pid;
  if (child.pid) await stopServer(child.pid);
  throw failed(readFileSync(files.log, 'utf8'));
}

function portTaken(port: number): EmbeddedServerError {
  return new EmbeddedServerError(
    'PORT_TAKEN',
    `Port ${port} of 127.0.0.1 is taken: stop the program that listens there, or give the embedded PostgreSQL another port`,
  );
}

function failed(log: string): EmbeddedServerError {
  const tail = log.trim().split('\n').slice(-5).join('\n  ');
  return new EmbeddedServerError('START_FAILED', `The embedded PostgreSQL did not start. Its last words:\n  ${tail}`);
}
