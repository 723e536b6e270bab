import { AppError } from '@libs/foundation';
import { plainToInstance } from 'class-transformer';
import { type ValidationError, validateSync } from 'class-validator';

/** The environment does not describe a runnable program; names the variables and never their values. */
export class ConfigError extends AppError {
  readonly code = 'CONFIG_INVALID';
  readonly retryable = false;
}

type Environment = Record<string, string | undefined>;

/**
 * Reads one namespace of configuration from the environment into a validated instance of `type`, whose property
 * names are the variables. Empty variables count as absent.
 * @throws {ConfigError} naming every variable that is wrong and what it must be.
 */
export function parseConfig<T extends object>(type: new () => T, env: Environment = process.env): T {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const config = plainToInstance(type, present, { enableImplicitConversion: true, exposeDefaultValues: true });
  const problems = validateSync(config, { skipMissingProperties: false }).flatMap(describe);
  if (problems.length > 0) throw new ConfigError(`The configuration is not usable:\n  ${problems.join('\n  ')}`);
  return config;
}

function describe(error: ValidationError): string[] {
  return Object.values(error.constraints ?? {}).map((constraint) =>
    constraint.startsWith(error.property) ? constraint : `${error.property}: ${constraint}`,
  );
}
