import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { tryLock, unlock } from '../../../libs/platform/src/embedded';
import { openDatabase, runMigrations } from './database';
import { InterruptedError, LauncherError } from './errors';
import { type HostMessage, HostProcess, type HostSpec } from './hosts/host-process';
import { hostSpecs } from './hosts/host-specs';
import { LogFile } from './hosts/log-file';
import { dataFolder, logsFolder, secretsFolder } from './paths';
import { assertPortFree } from './port-check';
import { formatDuration, type Progress } from './progress';
import { SecretFiles } from './secrets';
import type { LauncherSettings } from './settings';

/** File of `.data/secrets` that keeps the key of the first project, so that the demo can use it again. */
export const apiKeyFile = 'api-key';

/** Everything `npm start` runs: database, migrations and hosts, brought up in order and taken down in reverse. */
export class Installation {
  readonly secrets = new SecretFiles(secretsFolder);
  private readonly hosts: HostProcess[] = [];
  private readonly undo: (() => Promise<void>)[] = [];

  constructor(
    private readonly settings: LauncherSettings,
    private readonly progress: Progress,
  ) {}

  /** Brings everything up. @throws what went wrong; whatever had been started waits for {@link stop}. */
  async start(signal: AbortSignal): Promise<void> {
    this.hold();
    await this.checkPorts();
    const database = await openDatabase(this.settings.databaseUrl, this.progress);
    this.undo.push(() => database.close());
    assertWanted(signal);
    await this.migrate(database.url);
    assertWanted(signal);
    await this.startHosts(hostSpecs(this.settings, database.url, this.secrets), signal);
  }

  /** Stops the hosts together, then the database. */
  async stop(): Promise<void> {
    for (const undo of this.undo.splice(0).reverse()) await undo();
  }

  /** Ends the hosts without asking; a database of ours stays for the next start to find. */
  kill(): void {
    for (const host of this.hosts) host.kill();
  }

  private hold(): void {
    mkdirSync(dataFolder, { recursive: true });
    const path = join(dataFolder, 'running');
    const holder = tryLock(path);
    if (holder !== null) throw new LauncherError(`Already running here as process ${holder}: stop that one first`);
    this.undo.push(async () => unlock(path));
  }

  private async checkPorts(): Promise<void> {
    await assertPortFree(this.settings.port, 'PORT');
    if (this.settings.hasSandbox) await assertPortFree(this.settings.sandboxPort, 'SANDBOX_PORT');
  }

  private async migrate(databaseUrl: string): Promise<void> {
    const applied = await this.progress.step('Migrations', () => runMigrations(databaseUrl));
    if (applied.length > 0) this.progress.line(`  ${applied.length} applied`);
  }

  private async startHosts(specs: HostSpec[], signal: AbortSignal): Promise<void> {
    this.undo.push(async () => {
      await Promise.all(this.hosts.map((host) => host.stop()));
    });
    const interrupted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(new InterruptedError()), { once: true });
    });
    await Promise.race([interrupted, Promise.all(specs.map((spec) => this.startHost(spec)))]);
  }

  private startHost(spec: HostSpec): Promise<void> {
    const host = new HostProcess(spec, new LogFile(logsFolder, spec.name), {
      message: (name, message) => this.hear(name, message),
      crashed: (name, { how, tail, restartInMs }) =>
        this.progress.line(`✗ The ${name} ${how}; it starts again in ${formatDuration(restartInMs)}\n  ${tail}`),
    });
    this.hosts.push(host);
    return this.progress.step(spec.name, () => host.start());
  }

  private hear(_name: string, message: HostMessage): void {
    if (message.type !== 'first-key' || typeof message.key !== 'string') return;
    this.secrets.keep(apiKeyFile, message.key);
    this.progress.line(
      `\n  API key of project "${String(message.project)}", shown this once:\n\n    ${message.key}\n\n  (Kept for the demo in .data/secrets/${apiKeyFile}; the service itself stores only its hash.)\n`,
    );
  }
}

function assertWanted(signal: AbortSignal): void {
  if (signal.aborted) throw new InterruptedError();
}
