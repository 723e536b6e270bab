import { LauncherError } from './errors';

/** What the launcher itself reads from the environment; the hosts validate their own variables. */
export interface LauncherSettings {
  port: number;
  publicUrl: string;
  sandboxPort: number;
  /** False in production: no sandbox, and no messages to private addresses. */
  hasSandbox: boolean;
  /** Null: the embedded PostgreSQL. */
  databaseUrl: string | null;
}

type Environment = Record<string, string | undefined>;

/** @throws {LauncherError} naming the variable that is wrong. */
export function readSettings(env: Environment = process.env): LauncherSettings {
  const port = readPort(env, 'PORT', 3000);
  return {
    port,
    publicUrl: env.PUBLIC_URL || `http://127.0.0.1:${port}`,
    sandboxPort: readPort(env, 'SANDBOX_PORT', 4010),
    hasSandbox: env.NODE_ENV !== 'production',
    databaseUrl: env.DATABASE_URL || null,
  };
}

function readPort(env: Environment, name: string, byDefault: number): number {
  const text = env[name];
  if (!text) return byDefault;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new LauncherError(`${name} must be a port number from 1 to 65535`);
}
