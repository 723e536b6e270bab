import { createSandbox, type Sandbox } from './create-sandbox';
import { startFarEnds } from './far-ends';

const wasLaunched = process.connected === true;

const portOf = (name: string, fallback: number): number => {
  const value = Number(process.env[name] || fallback);
  if (Number.isInteger(value) && value >= 0 && value < 65_536) return value;
  throw new Error(`${name} must be a whole number from 0 to 65535`);
};

async function main(): Promise<void> {
  const opening = open();
  const stop = (): void => {
    opening
      .then((sandbox) => sandbox.close())
      .then(
        () => process.exit(0),
        () => process.exit(1),
      );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
  process.once('disconnect', stop);
  if (wasLaunched && !process.connected) return stop();
  const { url } = await opening;
  if (process.connected) process.send?.({ type: 'ready', url });
  process.stdout.write(`The sandbox is at ${url}\n`);
}

async function open(): Promise<Sandbox> {
  const host = process.env.HOST || '127.0.0.1';
  const port = portOf('SANDBOX_PORT', 4010);
  const farEnds = await startFarEnds({
    host,
    fcmPort: portOf('FCM_PORT', 0),
    apnsPort: portOf('APNS_PORT', 0),
    webPushPort: portOf('WEBPUSH_PORT', 0),
    smtpPort: portOf('SMTP_PORT', 0),
    smscPort: portOf('SMSC_PORT', 0),
  });
  return createSandbox({ host, port, controlKey: process.env.SANDBOX_CONTROL_KEY || null, farEnds });
}

main().catch((error: Error & { code?: string }) => {
  const hint =
    error.code === 'EADDRINUSE'
      ? '. Set SANDBOX_PORT, FCM_PORT, APNS_PORT, WEBPUSH_PORT, SMTP_PORT or SMSC_PORT, whichever it is, to a free one'
      : '';
  process.stderr.write(`The sandbox could not start: ${error.message}${hint}\n`);
  process.exit(1);
});
