import type { INestApplicationContext } from '@nestjs/common';

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const stopWithinMs = 10_000;
/** Known when this file is loaded, because the launcher may be gone before the host has started. */
const wasLaunched = process.connected === true;

/**
 * Stops the host in bounded time on a signal, and when it was started by a launcher that is gone (its IPC channel
 * closes). A second signal stops at once.
 */
export function superviseHost(app: INestApplicationContext): void {
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    setTimeout(() => process.exit(1), stopWithinMs).unref();
    app.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  for (const signal of stopSignals) process.on(signal, stop);
  if (wasLaunched) process.on('disconnect', stop);
  if (wasLaunched && !process.connected) stop();
}

/** Whether a launcher listens to this process. */
export function hasLauncher(): boolean {
  return process.connected === true;
}

/** Tells the launcher, if there is one, something about this process. */
export function tellLauncher(message: { type: string; [key: string]: unknown }): void {
  if (hasLauncher()) process.send?.(message);
}
