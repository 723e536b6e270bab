import { hostScript } from '../paths';
import type { SecretFiles } from '../secrets';
import type { LauncherSettings } from '../settings';
import type { HostSpec } from './host-process';

/** The hosts of `npm start` with their environment. */
export function hostSpecs(settings: LauncherSettings, databaseUrl: string, secrets: SecretFiles): HostSpec[] {
  const env = {
    NODE_ENV: process.env.NODE_ENV || 'development',
    DATABASE_URL: databaseUrl,
    ENCRYPTION_KEYS: process.env.ENCRYPTION_KEYS || secrets.encryptionKeys(),
    PORT: String(settings.port),
    PUBLIC_URL: settings.publicUrl,
    GRAPHQL_EXPLORER: process.env.GRAPHQL_EXPLORER || (settings.hasSandbox ? '1' : '0'),
    GRAPHQL_INTROSPECTION: process.env.GRAPHQL_INTROSPECTION || (settings.hasSandbox ? '1' : '0'),
    // The sandbox lives on this machine, which the outbound guard would refuse to talk to.
    ...(settings.hasSandbox && {
      OUTBOUND_ALLOW_PRIVATE: process.env.OUTBOUND_ALLOW_PRIVATE || '1',
      OPTIMOVE_STORAGE_URL: process.env.OPTIMOVE_STORAGE_URL || `http://127.0.0.1:${settings.sandboxPort}`,
    }),
  };
  const ours = ['api', 'worker'].map((name) => ({ name, script: hostScript(name), env }));
  return settings.hasSandbox ? [...ours, sandboxSpec(settings.sandboxPort)] : ours;
}

/** The Optimove stand-in, which knows nothing of our database and secrets. */
export function sandboxSpec(port: number, controlKey = process.env.SANDBOX_CONTROL_KEY): HostSpec {
  const env = {
    SANDBOX_PORT: String(port),
    SANDBOX_CONTROL_KEY: controlKey,
    DATABASE_URL: undefined,
    ENCRYPTION_KEYS: undefined,
    REDIS_URL: undefined,
  };
  return { name: 'sandbox', script: hostScript('sandbox'), env };
}
