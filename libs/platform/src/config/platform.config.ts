import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsOptional, IsString, IsUrl, Matches, Max, Min } from 'class-validator';

const workerParts = ['all', 'triggered', 'rest'] as const;

/**
 * What a worker process takes: `triggered` only messages to people who met a trigger, `rest` all other jobs, the outbox
 * and the clocks.
 */
export type WorkerPart = (typeof workerParts)[number];

/** Reads `1`, `true`, `yes` and `on` as true. */
export function ToBoolean(): PropertyDecorator {
  return Transform(({ obj, key }) => /^(1|true|yes|on)$/i.test(String((obj as Record<string, unknown>)[key] ?? '')));
}

/** Reads digits as a number. */
export function ToNumber(): PropertyDecorator {
  return Transform(({ value }) => (typeof value === 'string' ? Number(value) : value));
}

/** What every process needs to know. Each property is the environment variable of the same name. */
export class PlatformConfig {
  @IsString({ message: 'DATABASE_URL is required: postgres://user:password@host:port/database' })
  @Matches(/^postgres(ql)?:\/\//, { message: 'DATABASE_URL must start with postgres:// or postgresql://' })
  DATABASE_URL!: string;

  @IsOptional()
  @Matches(/^rediss?:\/\//, {
    message: 'REDIS_URL must start with redis:// or rediss://; leave it out to queue on PostgreSQL',
  })
  REDIS_URL?: string;

  @Matches(/^[A-Za-z0-9_-]{1,32}:[A-Za-z0-9+/]{43}=(,[A-Za-z0-9_-]{1,32}:[A-Za-z0-9+/]{43}=)*$/, {
    message: 'ENCRYPTION_KEYS must be a comma list of keyId:base64 of 32 bytes; the first encrypts, all decrypt',
  })
  ENCRYPTION_KEYS!: string;

  @ToNumber()
  @IsInt()
  @Min(1)
  @Max(500)
  DATABASE_POOL = 20;

  /** Where Optimove, providers, browsers and mail programs reach us. */
  @IsUrl(
    { require_tld: false, require_protocol: true, protocols: ['http', 'https'], allow_query_components: false },
    {
      message: 'PUBLIC_URL must be the address under which the world reaches this service, such as https://example.com',
    },
  )
  PUBLIC_URL = 'http://127.0.0.1:3000';

  @ToBoolean()
  @IsBoolean()
  OUTBOUND_ALLOW_PRIVATE = false;

  @IsIn(workerParts)
  WORKER_SERVES: WorkerPart = 'all';

  @IsIn(['fatal', 'error', 'warn', 'info', 'debug'])
  LOG_LEVEL = 'info';
}
