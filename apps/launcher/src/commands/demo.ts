import { parseArgs } from 'node:util';
import { runDemo } from '../demo/run-demo';
import { LauncherError } from '../errors';
import { apiKeyFile } from '../installation';
import { describeAddresses, start } from './start';

/** `start`, then one scheduled Optimove campaign end to end with its funnel; `--exit` stops by itself afterwards. */
export async function demo(args: string[]): Promise<number> {
  const shouldExit = readArguments(args);
  return start([], async ({ installation, settings, progress, signal }) => {
    const apiKey = process.env.API_KEY || installation.secrets.read(apiKeyFile);
    if (!apiKey) throw new LauncherError('The demo needs the API key of the first project: set API_KEY');
    if (!settings.hasSandbox) throw new LauncherError('The demo needs the sandbox, which NODE_ENV=production forbids');
    await runDemo({
      apiUrl: `http://127.0.0.1:${settings.port}`,
      sandboxUrl: `http://127.0.0.1:${settings.sandboxPort}`,
      apiKey,
      controlKey: process.env.SANDBOX_CONTROL_KEY ?? null,
      progress,
      signal,
    });
    if (!shouldExit) progress.line(describeAddresses(settings));
    return { isDone: shouldExit };
  });
}

function readArguments(args: string[]): boolean {
  try {
    return parseArgs({ args, options: { exit: { type: 'boolean', default: false } } }).values.exit;
  } catch (error) {
    throw new LauncherError(`npm run demo [-- --exit]: ${(error as Error).message}`);
  }
}
