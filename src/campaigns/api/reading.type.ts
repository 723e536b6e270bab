import { UserError } from '@libs/platform';
import { Field, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { ExecutionType } from './execution.type';

const RetryErrorCodeEnum = { NOT_FOUND: 'NOT_FOUND', WRONG_STATE: 'WRONG_STATE', CANCELLED: 'CANCELLED' };
registerEnumType(RetryErrorCodeEnum, { name: 'RetryExecutionErrorCode', description: 'Why nothing was started anew.' });

@ObjectType('ExecutionReading', {
  description: 'One reading of the list at Optimove. listed = added + known + erased + duplicates + malformed.',
})
export class ExecutionReadingType {
  @Field(() => Int, { description: 'Its number, from 1.' })
  reading!: number;

  @Field({ description: 'When it began.' })
  startedAt!: Date;

  @Field(() => Date, {
    nullable: true,
    description: 'When its rows were frozen; null while it is under way or failed.',
  })
  finishedAt!: Date | null;

  @Field(() => Int, { description: 'Rows that Optimove listed.' })
  listed!: number;

  @Field(() => Int, { description: 'Rows that became recipients.' })
  added!: number;

  @Field(() => Int, { description: 'Rows that an earlier reading had brought.' })
  known!: number;

  @Field(() => Int, {
    description: 'Rows of customers who were erased after the campaign was announced: nobody is sent to again.',
  })
  erased!: number;

  @Field(() => Int, { description: 'Rows that repeat another row of the list.' })
  duplicates!: number;

  @Field(() => Int, { description: 'Rows that cannot be read.' })
  malformed!: number;

  @Field(() => [String], {
    description:
      'Attributes that were asked for and that Optimove does not know: they have no value from it for anybody.',
  })
  unknownAttributes!: string[];

  @Field(() => String, { nullable: true, description: 'Why it could not be finished.' })
  problem!: string | null;
}

@ObjectType('ExecutionAnnouncement', { description: 'What told us of an execution.' })
export class ExecutionAnnouncementType {
  @Field({ description: '13, 1 or 14 for the event of a callback, SWEEP for our own look at Optimove.' })
  source!: string;

  @Field({ description: 'Its time stamp in the connection’s zone, YYYY-MM-DD HH:MM:SS.' })
  timeStamp!: string;

  @Field({ description: 'When it came.' })
  receivedAt!: Date;
}

@ObjectType('RetryExecutionUserError', { implements: () => UserError, description: 'Why nothing was started anew.' })
export class RetryExecutionUserError extends UserError {
  @Field(() => RetryErrorCodeEnum, { description: 'The kind of problem.' })
  code!: string;
}

@ObjectType('RetryExecutionPayload', { description: 'Outcome of starting a failed execution anew.' })
export class RetryExecutionPayload {
  @Field(() => ExecutionType, { nullable: true, description: 'The execution as it is now; null when refused.' })
  execution!: ExecutionType | null;

  @Field(() => [RetryExecutionUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: RetryExecutionUserError[];
}
