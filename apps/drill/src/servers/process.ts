import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';

const dist = join(__dirname, '..', '..', '..', '..');

/** What to run. */
export interface ProcessSpec {
  name: string;
  /** Inside `dist/apps`. */
  script: string;
  env: Record<string, string>;
  /** Folder of its log, which every life of it goes on writing. */
  logs: string;
}

/** A program of the house that a drill kills, freezes and starts again. */
export class DrillProcess {
  /** Fields of the messages of this life and those before it, the latest ones. */
  readonly said: Record<string, unknown> = {};
  /** Called when a life that was ready ends without having been asked to. */
  onEndedByItself: () => void = () => undefined;
  private child: ChildProcess | null = null;
  private isWanted = false;
  private readyChild: ChildProcess | null = null;
  private isFrozen = false;
  private readonly log: WriteStream;

  constructor(readonly spec: ProcessSpec) {
    this.log = createWriteStream(join(spec.logs, `${spec.name}.log`), { flags: 'a' });
  }

  private get isRunning(): boolean {
    return this.child !== null && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Whether this life has said that it is ready, and goes on. */
  get isReady(): boolean {
    return this.isRunning && this.readyChild === this.child && !this.isFrozen;
  }

  /** Resolves when it says that it is ready. @throws when it ends first. */
  async start(): Promise<void> {
    const child = fork(join(dist, 'apps', this.spec.script), {
      env: { PATH: process.env.PATH, ...this.spec.env },
      silent: true,
    });
    this.child = child;
    this.isWanted = true;
    child.once('exit', () => {
      if (this.isWanted && this.readyChild === child) this.onEndedByItself();
    });
    child.stdout?.on('data', (part: Buffer) => this.log.write(part));
    child.stderr?.on('data', (part: Buffer) => this.log.write(part));
    await new Promise<void>((resolve, reject) => {
      child.on('message', (message: { type: string }) => {
        Object.assign(this.said, message);
        if (message.type !== 'ready') return;
        this.readyChild = child;
        resolve();
      });
      child.once('exit', (code, signal) => reject(new Error(`The ${this.spec.name} ended with ${code ?? signal}`)));
    });
  }

  /** Starts it, however often that takes: a host that finds no database may end again. */
  async keepStarting(): Promise<void> {
    for (;;) {
      const failure = await this.start().catch((error: Error) => error);
      if (!failure) return;
      this.log.write(`${failure.message}; it starts again\n`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  stop(): Promise<void> {
    return this.end('SIGTERM');
  }

  /** Stops it in the middle of whatever it does; {@link thaw} lets it go on. */
  freeze(): void {
    this.isFrozen = true;
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
    this.isFrozen = false;
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    this.isWanted = false;
    if (!child || !this.isRunning) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
}
