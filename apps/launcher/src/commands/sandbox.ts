import { parseArgs } from 'node:util';
import { LauncherError } from '../errors';
import { HostProcess } from '../hosts/host-process';
import { sandboxSpec } from '../hosts/host-specs';
import { LogFile } from '../hosts/log-file';
import { logsFolder } from '../paths';
import { assertPortFree } from '../port-check';
import { Progress } from '../progress';
import { readSettings } from '../settings';
import { StopSignal } from '../stop-signal';

/** Starts the Optimove stand-in alone: `--port N [--control-key K]`. */
export async function sandbox(args: string[]): Promise<number> {
  const { port, controlKey } = readArguments(args);
  const stop = new StopSignal();
  const progress = new Progress();
  await assertPortFree(port, '--port');
  const log = new LogFile(logsFolder, 'sandbox-alone');
  const host = new HostProcess(sandboxSpec(port, controlKey), log, {
    message: () => undefined,
    crashed: (name, { how, tail }) => progress.line(`✗ The ${name} ${how}; it starts again\n  ${tail}`),
  });
  stop.onImpatience(() => host.kill());
  try {
    await progress.step('sandbox', () => host.start());
    progress.line(`\n  Sandbox   http://127.0.0.1:${port}/\n  Log       ${log.path}\n\nCtrl-C stops it.`);
    await stop.requested();
    return 0;
  } finally {
    await host.stop();
  }
}

function readArguments(args: string[]): { port: number; controlKey: string | undefined } {
  const options = { port: { type: 'string' }, 'control-key': { type: 'string' } } as const;
  try {
    const { values } = parseArgs({ args, options });
    const { sandboxPort } = readSettings({ ...process.env, SANDBOX_PORT: values.port ?? process.env.SANDBOX_PORT });
    return { port: sandboxPort, controlKey: values['control-key'] ?? process.env.SANDBOX_CONTROL_KEY };
  } catch (error) {
    throw new LauncherError(`npm run sandbox -- --port N [--control-key K]: ${(error as Error).message}`);
  }
}
