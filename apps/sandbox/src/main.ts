import { createSandbox } from './create-sandbox';
import { startFarEnds } from './far-ends';

const portOf = (name: string, fallback: number): number => {
  const value = Number(process.env[name] || fallback);
  if (Number.isInteger(value) && value >= 0 && value < 65_536) return value;
  throw new Error(`${name} must be a whole number from 0 to 65535`);
};

async function main(): Promise<void> {
  const host = process.env.HOST || '127.0.0.1';
  const port = portOf('SANDBOX_PORT', 4010);
  const farEnds = await startFarEnds({
    host,
    fcmPort: portOf('FCM_PORT', 0),
    smtpPort: portOf('SMTP_PORT', 0),
    smscPort: portOf('SMSC_PORT', 0),
  });
  const sandbox = await createSandbox({ host, port, controlKey: process.env.SANDBOX_CONTROL_KEY || null, farEnds });
  const stop = (): void => {
    sandbox.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
  process.once('disconnect', stop);
  process.send?.({ type: 'ready', url: sandbox.url });
  process.stdout.write(`The sandbox is at ${sandbox.url}\n`);
}

main().catch((error: Error & { code?: string }) => {
  const hint = error.code === 'EADDRINUSE' ? ' Set SANDBOX_PORT to a free one.' : '';
  process.stderr.write(`The sandbox could not start: ${error.message}${hint}\n`);
  process.exit(1);
});
