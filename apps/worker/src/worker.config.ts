import { ToNumber } from '@libs/platform';
import { IsInt, IsOptional, IsString, Max, Min } from 'class-validator';

/** What the worker host needs to know. Each property is the environment variable of the same name. */
export class WorkerConfig {
  /** Where the metrics are read; nowhere unless it is set. */
  @IsOptional()
  @ToNumber()
  @IsInt()
  @Min(0)
  @Max(65_535)
  METRICS_PORT?: number;

  @IsString()
  METRICS_HOST = '127.0.0.1';
}
