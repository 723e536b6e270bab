import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsEmpty,
  IsObject,
  IsOptional,
  IsString,
  Length,
  MaxLength,
  ValidateIf,
  ValidateNested,
} from 'class-validator';

/** A batch of profiles as Xtremepush's `import/profile` takes it. */
export class ImportProfileInput {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(200)
  @IsString({ each: true })
  @Length(1, 100, { each: true })
  columns!: string[];

  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(10_000)
  @IsArray({ each: true })
  rows!: unknown[][];
}

const secondsOrText = 'must be a date such as 2026-01-31 18:00:00, UTC unless it carries an offset, or Unix time';

/** An event as Xtremepush's `hit/event` takes it. */
export class HitEventInput {
  @IsString()
  @Length(1, 1_000)
  user_id!: string;

  @IsString()
  @Length(1, 100)
  event!: string;

  @IsOptional()
  value?: unknown;

  /** Stored before the event. */
  @IsOptional()
  @IsObject()
  user_attributes?: Record<string, unknown>;

  @ValidateIf((_object, value) => value !== undefined && typeof value !== 'number')
  @IsString({ message: `timestamp ${secondsOrText}` })
  @MaxLength(40)
  timestamp?: string | number;

  @IsEmpty({
    message: 'consent_preferences are not known here; send email_subscription and sms_subscription in user_attributes',
  })
  consent_preferences?: undefined;
}

/** Up to 1,000 events in one request. */
export class HitEventsInput {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(1_000)
  @ValidateNested({ each: true })
  @Type(() => HitEventInput)
  events!: HitEventInput[];
}
