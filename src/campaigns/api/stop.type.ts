import { UserError } from '@libs/platform';
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsIn, IsUUID, Length } from 'class-validator';
import { type StopScope, stopScopes } from '../persistence/ledger/stop.repository';
import { AcceptedForLaterType } from './accepted-for-later.type';
import { ExecutionType } from './execution.type';

const StopScopeEnum = Object.fromEntries(stopScopes.map((scope) => [scope, scope]));
registerEnumType(StopScopeEnum, { name: 'StopScope', description: 'What sending can be switched off for.' });

const StopErrorCodeEnum = { INVALID: 'INVALID', NOT_FOUND: 'NOT_FOUND', WRONG_STATE: 'WRONG_STATE' };
registerEnumType(StopErrorCodeEnum, { name: 'StopErrorCode', description: 'Why nothing was stopped or resumed.' });

@InputType({ description: 'Names an execution.' })
export class ExecutionIdInput {
  @Field(() => ID, { description: 'Its id.' })
  @IsUUID()
  id!: string;
}

@InputType({ description: 'Which execution to cancel.' })
export class CancelExecutionInput extends ExecutionIdInput {
  @Field({ defaultValue: 'Cancelled by hand', description: 'Why, for those who ask later.' })
  @Length(1, 500)
  reason: string = 'Cancelled by hand';
}

@InputType({ description: 'What to switch sending off for.' })
export class SendingScopeInput {
  @Field(() => StopScopeEnum, { description: 'A project, a connection, a channel or a provider account.' })
  @IsIn([...stopScopes])
  scope!: StopScope;

  @Field(() => ID, { description: 'Its id.' })
  @IsUUID()
  scopeId!: string;
}

@InputType({ description: 'What to switch sending off for, and why.' })
export class SwitchSendingOffInput extends SendingScopeInput {
  @Field({ description: 'Why, for those who ask later.' })
  @Length(1, 500)
  reason!: string;
}

@ObjectType('SendingStop', { description: 'Sending that is switched off; executions wait and lose nothing.' })
export class SendingStopType {
  @Field(() => StopScopeEnum, { description: 'What for.' })
  scope!: string;

  @Field(() => ID, { description: 'Its id.' })
  scopeId!: string;

  @Field({ description: 'Why.' })
  reason!: string;

  @Field({ description: 'Label of the API key that did it.' })
  stoppedBy!: string;

  @Field({ description: 'Since when.' })
  stoppedAt!: Date;
}

@ObjectType('StopUserError', { implements: () => UserError, description: 'Why nothing was stopped or resumed.' })
export class StopUserError extends UserError {
  @Field(() => StopErrorCodeEnum, { description: 'The kind of problem.' })
  code!: string;
}

@ObjectType('StopExecutionPayload', { description: 'Outcome of pausing, resuming or cancelling.' })
export class StopExecutionPayload {
  @Field(() => ExecutionType, { nullable: true, description: 'The execution as it is now; null when refused.' })
  execution!: ExecutionType | null;

  @Field(() => Int, { nullable: true, description: 'Messages that had been handed over or were on their way by then.' })
  handedOver!: number | null;

  @Field(() => AcceptedForLaterType, {
    nullable: true,
    description: 'Those of them that have not reached anybody yet.',
  })
  acceptedForLater!: AcceptedForLaterType | null;

  @Field(() => [StopUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: StopUserError[];
}

@ObjectType('SendingStopsPayload', { description: 'Outcome of switching sending off or on.' })
export class SendingStopsPayload {
  @Field(() => [SendingStopType], { description: 'Everything that is switched off now.' })
  stops!: SendingStopType[];

  @Field(() => Int, {
    nullable: true,
    description: 'When switched off: messages of the unfinished executions there handed over or on their way by then.',
  })
  handedOver!: number | null;

  @Field(() => AcceptedForLaterType, {
    nullable: true,
    description: 'When switched off: those of them that have not reached anybody yet.',
  })
  acceptedForLater!: AcceptedForLaterType | null;

  @Field(() => [StopUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: StopUserError[];
}
