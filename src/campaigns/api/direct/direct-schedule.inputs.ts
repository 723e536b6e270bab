import { Field, InputType, Int, registerEnumType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsTimeZone,
  Matches,
  Max,
  Min,
  Validate,
  ValidateNested,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { isCalendarDay } from '../../domain/execution/run-date';
import { enumOf } from '../authoring/enum-of';

/** Which of the weekdays in a month, as GraphQL names it. */
export const InMonthEnum = enumOf(['FIRST', 'LAST']);
registerEnumType(InMonthEnum, {
  name: 'InMonth',
  description: 'Which of the chosen weekdays in a month: with Monday to Friday, LAST is the last working day.',
});

const timeOfDay = '([01]\\d|2[0-3]):[0-5]\\d';

@ValidatorConstraint({ name: 'calendarDay' })
class CalendarDayRule implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return typeof value === 'string' && isCalendarDay(value.slice(0, 10));
  }

  defaultMessage(): string {
    return 'There is no such day in the calendar';
  }
}

/** Where a local time is meant. */
@InputType({ isAbstract: true })
abstract class LocalTimeInput {
  @Field(() => String, {
    nullable: true,
    description: 'IANA time zone, such as Europe/London; the project’s own when absent.',
  })
  @IsOptional()
  @IsTimeZone({ message: 'timeZone must be an IANA time zone such as Europe/London' })
  timeZone?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Everybody at this time in their own time zone: that of the profile, else of the installation seen last, else timeZone.',
  })
  @IsOptional()
  @IsBoolean()
  inOwnTimeZone?: boolean | null;
}

@InputType({ description: 'Once, at a local time.' })
export class DirectOnceInput extends LocalTimeInput {
  @Field({ description: 'Local time, YYYY-MM-DDTHH:MM. One that the clock leaps over is an hour later.' })
  @Matches(new RegExp(`^\\d{4}-\\d{2}-\\d{2}T${timeOfDay}$`), { message: 'at must look like 2026-12-24T18:30' })
  @Validate(CalendarDayRule)
  at!: string;
}

@InputType({ description: 'Again and again, on some days of the week at a local time.' })
export class DirectRepeatingInput extends LocalTimeInput {
  @Field(() => [Int], { description: 'Days of the week, 1 is Monday and 7 Sunday; all seven for every day.' })
  @ArrayMinSize(1)
  @ArrayMaxSize(7)
  @ArrayUnique()
  @Min(1, { each: true })
  @Max(7, { each: true })
  weekdays!: number[];

  @Field({ description: 'Local time, HH:MM.' })
  @Matches(new RegExp(`^${timeOfDay}$`), { message: 'time must look like 18:30' })
  time!: string;

  @Field(() => String, { nullable: true, description: 'The last day, YYYY-MM-DD; absent: it never ends.' })
  @IsOptional()
  @Matches(/^\d{4}-\d{2}-\d{2}$/, { message: 'until must look like 2026-12-24' })
  @Validate(CalendarDayRule)
  until?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The first day, YYYY-MM-DD, from whose week or month on is counted; absent: the day of the launch.',
  })
  @IsOptional()
  @Matches(/^\d{4}-\d{2}-\d{2}$/, { message: 'from must look like 2026-12-24' })
  @Validate(CalendarDayRule)
  from?: string | null;

  @Field(() => Int, { nullable: true, description: 'Only in each n-th week, 1 to 12; from 2 on with from.' })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(12)
  everyWeeks?: number | null;

  @Field(() => InMonthEnum, { nullable: true, description: 'Only on the first or last of the weekdays in a month.' })
  @IsOptional()
  @IsIn(['FIRST', 'LAST'])
  inMonth?: 'FIRST' | 'LAST' | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Only in each n-th month, 1 to 12; with inMonth, and from 2 on with from.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(12)
  everyMonths?: number | null;
}

@InputType({ description: 'When a Direct campaign goes out: at most one of both; neither: as soon as it is launched.' })
export class DirectScheduleInput {
  @Field(() => DirectOnceInput, { nullable: true, description: 'Once, at a time.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => DirectOnceInput)
  once?: DirectOnceInput | null;

  @Field(() => DirectRepeatingInput, { nullable: true, description: 'Again and again.' })
  @IsOptional()
  @ValidateNested()
  @Type(() => DirectRepeatingInput)
  repeating?: DirectRepeatingInput | null;
}
