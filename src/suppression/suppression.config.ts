import { ToNumber } from '@libs/platform';
import { IsInt, Max, Min } from 'class-validator';

/** What suppression needs to know. Each property is the environment variable of the same name. */
export class SuppressionConfig {
  /** How often Optimove is asked for its data date, in seconds. Event 3 comes sooner where a listener is registered. */
  @ToNumber()
  @IsInt()
  @Min(10)
  @Max(86_400)
  DATA_DATE_SECONDS = 900;

  /** Hour of the project's day after which missing data raise the alarm. */
  @ToNumber()
  @IsInt()
  @Min(0)
  @Max(23)
  SUPPRESSION_ALARM_HOUR = 4;

  /** How many months the guard's decisions are kept as proof. */
  @ToNumber()
  @IsInt()
  @Min(1)
  @Max(120)
  GUARD_PROOF_MONTHS = 60;
}
