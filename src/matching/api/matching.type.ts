import { ConnectionType, PageArgs } from '@libs/platform';
import { ArgsType, Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { IsOptional, IsUUID } from 'class-validator';

@ObjectType('NumberReject', { description: 'A mobile number from Optimove that was not imported.' })
export class NumberRejectType {
  @Field(() => ID, { description: 'The execution it came with.' })
  executionId!: string;

  @Field(() => Int, { description: 'Number of the row in the audience.' })
  seq!: number;

  @Field({ description: 'Customer id in Optimove.' })
  customerId!: string;

  @Field({ description: 'What Optimove sent, cut after 100 characters.' })
  value!: string;

  @Field({ description: 'Why it was refused.' })
  reason!: string;
}

@ObjectType('NumberRejectConnection', { description: 'A page of refused numbers.' })
export class NumberRejectConnection extends ConnectionType(NumberRejectType) {}

/** Whose refused numbers to list. */
@ArgsType()
export class NumberRejectsArgs extends PageArgs {
  @Field(() => ID, { description: 'Of this connection.' })
  @IsUUID()
  connectionId!: string;

  @Field(() => ID, { nullable: true, description: 'Only of this execution.' })
  @IsOptional()
  @IsUUID()
  executionId?: string | null;
}
