import { type ChildProcess, spawn } from 'node:child_process';
import { LauncherError } from '../errors';
import type { LogFile } from './log-file';

/** One program of the house: what to run and in which environment. */
export interface HostSpec {
  name: string;
  script: string;
  env: Record<string, string | undefined>;
}

/** What a host says to its launcher; `ready` once it serves, everything else is the host's own. */
export type HostMessage = { type: string } & Record<string, unknown>;

/** Who wants to know what happens to a host. */
export interface HostListener {
  message(name: string, message: HostMessage): void;
  /** It ended by itself after it was ready, and starts again after the delay. */
  crashed(name: string, details: { how: string; tail: string; restartInMs: number }): void;
}

const readyWithinMs = 90_000;
const stopWithinMs = 10_000;
const firstDelayMs = 1_000;
const longestDelayMs = 30_000;
/** A host that held this long starts the back-off anew when it crashes. */
const steadyMs = 60_000;

/**
 * Runs one host as a process of its own, which stops by itself when this process is gone (its IPC channel closes), and
 * starts it again with growing delays when it crashes.
 */
export class HostProcess {
  private child: ChildProcess | null = null;
  private isStopping = false;
  private delayMs = firstDelayMs;
  private startedAt = 0;
  private restart: NodeJS.Timeout | undefined;

  constructor(
    private readonly spec: HostSpec,
    private readonly log: LogFile,
    private readonly listener: HostListener,
  ) {}

  /** Starts it; resolves when it is ready. @throws {LauncherError} with its last words when it ends before that. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const child = this.spawn();
      const timer = setTimeout(() => fail(`was not ready after ${readyWithinMs / 1000} s`), readyWithinMs);
      const fail = (how: string): void => {
        clearTimeout(timer);
        child.removeAllListeners('exit');
        child.kill('SIGKILL');
        reject(
          new LauncherError(`The ${this.spec.name} ${how}. Its last words (${this.log.path}):\n  ${this.log.tail()}`),
        );
      };
      child.once('error', (error) => fail(`could not be started (${error.message})`));
      child.once('exit', (code, signal) => fail(describeExit(code, signal)));
      child.on('message', (message: HostMessage) => {
        if (message.type !== 'ready') return;
        clearTimeout(timer);
        child.removeAllListeners('exit');
        child.once('exit', (code, signal) => this.afterExit(describeExit(code, signal)));
        resolve();
      });
    });
  }

  /** Asks it to stop and waits; ends it when it has not stopped within its time. */
  async stop(): Promise<void> {
    this.isStopping = true;
    clearTimeout(this.restart);
    const child = this.child;
    if (!child || hasEnded(child)) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
    await ended;
    clearTimeout(timer);
  }

  /** Ends it without asking. */
  kill(): void {
    this.isStopping = true;
    this.child?.kill('SIGKILL');
  }

  private spawn(): ChildProcess {
    this.startedAt = Date.now();
    const env = { ...process.env, ...this.spec.env, SUPERVISED: '1' };
    const child = this.log.withDescriptor((log) =>
      // A process group of its own: a Ctrl-C in the terminal reaches it once, through us.
      spawn(process.execPath, ['--enable-source-maps', this.spec.script], {
        env,
        detached: true,
        stdio: ['ignore', log, log, 'ipc'],
      }),
    );
    child.on('message', (message: HostMessage) => this.listener.message(this.spec.name, message));
    this.child = child;
    return child;
  }

  private afterExit(how: string): void {
    if (this.isStopping) return;
    if (Date.now() - this.startedAt > steadyMs) this.delayMs = firstDelayMs;
    this.listener.crashed(this.spec.name, { how, tail: this.log.tail(), restartInMs: this.delayMs });
    this.restart = setTimeout(() => {
      this.start().catch((error: Error) => this.afterExit(error.message));
    }, this.delayMs);
    this.delayMs = Math.min(this.delayMs * 2, longestDelayMs);
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

function describeExit(code: number | null, signal: NodeJS.Signals | null): string {
  return signal ? `was ended by ${signal}` : `ended with code ${code}`;
}
