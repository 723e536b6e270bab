import { ConnectionType, UserError } from '@libs/platform';
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsInt,
  IsOptional,
  IsUUID,
  Length,
  Min,
  ValidateNested,
} from 'class-validator';
import { ExecutionType } from './execution.type';

const SettlementErrorCodeEnum = Object.fromEntries(
  ['INVALID', 'NOT_FOUND', 'WRONG_STATE', 'CANCELLED', 'CHANGED', 'BUSY', 'VALUES_GONE', 'CONNECTION_OFF'].map(
    (code) => [code, code],
  ),
);
registerEnumType(SettlementErrorCodeEnum, { name: 'SettlementErrorCode', description: 'Why nothing was settled.' });

@ObjectType('UncertainDelivery', {
  description: 'A message that was handed over and never answered: it may have reached the customer.',
})
export class UncertainDeliveryType {
  @Field(() => ID, { description: 'Names the message.' })
  id!: string;

  @Field(() => Int, { description: 'Changes with every attempt; pass it on when you decide.' })
  version!: number;

  @Field({ description: 'Customer id in Optimove.' })
  customerId!: string;

  @Field({ description: 'Medium, such as SMS.' })
  medium!: string;

  @Field(() => String, { nullable: true, description: 'The address, masked; null when the person no longer has it.' })
  maskedAddress!: string | null;

  @Field(() => String, { nullable: true, description: 'Why it is uncertain.' })
  reason!: string | null;

  @Field(() => Int, { description: 'How often it was tried.' })
  attempt!: number;

  @Field({ description: 'When the gate let it through.' })
  claimedAt!: Date;
}

@ObjectType('UncertainDeliveryConnection', {
  description: 'A page of uncertain messages in the order of the audience.',
})
export class UncertainDeliveryConnection extends ConnectionType(UncertainDeliveryType) {}

@ObjectType('FailureClass', { description: 'Failed customers by kind of reason; one with two kinds is in both.' })
export class FailureClassType {
  @Field({ description: 'The kind, such as RETRIES_EXHAUSTED.' })
  reason!: string;

  @Field(() => Int, { description: 'How many customers.' })
  customers!: number;
}

@InputType({ description: 'An uncertain message as it was seen.' })
export class SeenDeliveryInput {
  @Field(() => ID, { description: 'Its id.' })
  @Length(1, 200)
  id!: string;

  @Field(() => Int, { description: 'Its version.' })
  @IsInt()
  @Min(0)
  version!: number;
}

@InputType({ description: 'Which uncertain messages: chosen ones, or all of the execution.' })
export class SettleUncertainInput {
  @Field(() => ID, { description: 'The execution.' })
  @IsUUID()
  executionId!: string;

  @Field(() => [SeenDeliveryInput], { nullable: true, description: 'Chosen messages, at most 1000; null for all.' })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(1000)
  @ValidateNested({ each: true })
  @Type(() => SeenDeliveryInput)
  deliveries?: SeenDeliveryInput[] | null;

  @Field(() => Int, { nullable: true, description: 'For all: how many there were when you looked (totalCount).' })
  @IsOptional()
  @IsInt()
  @Min(1)
  expectedCount?: number | null;
}

@InputType({ description: 'Whose failed messages to try again.' })
export class RetryFailedInput {
  @Field(() => ID, { description: 'The execution.' })
  @IsUUID()
  executionId!: string;

  @Field({
    defaultValue: false,
    description:
      'Also what a provider refused for good (unregistered, rejected), not only what troubles kept from going.',
  })
  includeRefused: boolean = false;
}

@ObjectType('SettlementUserError', { implements: () => UserError, description: 'Why nothing was settled.' })
export class SettlementUserError extends UserError {
  @Field(() => SettlementErrorCodeEnum, { description: 'The kind of problem.' })
  code!: string;
}

@ObjectType('SettlementPayload', { description: 'Outcome of deciding about messages: all of them, or none.' })
export class SettlementPayload {
  @Field(() => ExecutionType, { nullable: true, description: 'The execution as it is now; null when refused.' })
  execution!: ExecutionType | null;

  @Field(() => Int, { description: 'How many messages were settled.' })
  deliveries!: number;

  @Field(() => Int, { description: 'Of how many customers.' })
  customers!: number;

  @Field({ description: 'True when customers may get the message twice, because the first one may have arrived.' })
  mayDuplicate!: boolean;

  @Field(() => [SettlementUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: SettlementUserError[];
}
