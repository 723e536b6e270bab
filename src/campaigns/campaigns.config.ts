import { ToNumber } from '@libs/platform';
import { IsInt, IsString, Max, Min } from 'class-validator';

/** What campaigns need to know. Each property is the environment variable of the same name. */
export class CampaignsConfig {
  /** How often Optimove is asked for executed campaigns, in seconds. */
  @ToNumber()
  @IsInt()
  @Min(1)
  @Max(3_600)
  SWEEP_SECONDS = 300;

  /** How long a campaign must have been seen there before it counts as one whose callback never came, in seconds. */
  @ToNumber()
  @IsInt()
  @Min(0)
  @Max(86_400)
  MISSED_CALLBACK_SECONDS = 600;

  /** How long event 1 of a campaign waits for event 13 of its channels before their lists are read, in seconds. */
  @ToNumber()
  @IsInt()
  @Min(0)
  @Max(86_400)
  EVENT_1_WAIT_SECONDS = 600;

  /** For how many days the customers of an execution and their deliveries are kept; sums stay for good. */
  @ToNumber()
  @IsInt()
  @Min(31)
  @Max(3_650)
  LEDGER_DAYS = 400;

  /** Where an api process keeps triggered callbacks while the database is away; on a disk that survives the process. */
  @IsString()
  CALLBACK_SPOOL_FOLDER = '.data/spool';

  /** What all files there may hold, in megabytes; over it, triggered callbacks are answered 503. */
  @ToNumber()
  @IsInt()
  @Min(1)
  @Max(100_000)
  CALLBACK_SPOOL_MEGABYTES = 256;

  /** Triggered messages of one connection that one person gets within an hour, at most; a connection may have its own. */
  @ToNumber()
  @IsInt()
  @Min(1)
  @Max(1_000)
  TRIGGERED_PER_PERSON_PER_HOUR = 10;

  /** Triggered messages of one connection that go on within a minute; more wait. A connection may have its own. */
  @ToNumber()
  @IsInt()
  @Min(60)
  @Max(10_000_000)
  TRIGGERED_PER_MINUTE = 120_000;
}
