import { InterruptedError } from '../errors';
import { Installation } from '../installation';
import { Progress } from '../progress';
import { type LauncherSettings, readSettings } from '../settings';
import { StopSignal } from '../stop-signal';

/** What may happen between "everything is ready" and "stay until somebody stops it". */
export type AfterStart = (context: {
  installation: Installation;
  settings: LauncherSettings;
  progress: Progress;
  signal: AbortSignal;
}) => Promise<{
  /** Whether the program ends by itself now. */
  isDone: boolean;
}>;

/** Starts everything and stays up until a signal. @returns the exit code. */
export async function start(_args: string[], afterStart: AfterStart = showAddresses): Promise<number> {
  const stop = new StopSignal();
  const progress = new Progress();
  const settings = readSettings();
  const installation = new Installation(settings, progress);
  stop.onImpatience(() => installation.kill());
  try {
    await installation.start(stop.signal);
    const context = { installation, settings, progress, signal: stop.signal };
    const { isDone } = await untilStopped(afterStart(context), stop);
    if (!isDone) await stop.requested();
    return 0;
  } catch (error) {
    if (error instanceof InterruptedError) return 130;
    throw error;
  } finally {
    await progress.step('Stopped', () => installation.stop());
  }
}

async function showAddresses({ settings, progress }: Parameters<AfterStart>[0]): ReturnType<AfterStart> {
  progress.line(describeAddresses(settings));
  return { isDone: false };
}

/** Where a browser finds what runs. */
export function describeAddresses({ port, sandboxPort, hasSandbox }: LauncherSettings): string {
  const lines = [`GraphQL   http://127.0.0.1:${port}/graphql`];
  if (hasSandbox) {
    lines.push(`Explorer  http://127.0.0.1:${port}/explorer/`);
    lines.push(`Sandbox   http://127.0.0.1:${sandboxPort}/`);
    lines.push(`Messages  http://127.0.0.1:${sandboxPort}/inboxes`);
  }
  return `\n  ${[...lines, 'Logs      .data/logs/'].join('\n  ')}\n\nCtrl-C stops everything.`;
}

function untilStopped<T>(work: Promise<T>, stop: StopSignal): Promise<T> {
  const interrupted = stop.requested().then<never>(() => {
    throw new InterruptedError();
  });
  return Promise.race([work, interrupted]);
}
