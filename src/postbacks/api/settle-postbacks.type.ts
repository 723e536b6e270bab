import { UserError } from '@libs/platform';
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsIn, IsInt, IsUUID, Max, Min } from 'class-validator';
import { type TotalDecision, totalDecisions } from '../persistence/settled-total.repository';

/** What can be decided about what Optimove refused or never answered. */
export const DecisionEnum = Object.fromEntries(totalDecisions.map((decision) => [decision, decision]));
registerEnumType(DecisionEnum, {
  name: 'PostbackDecision',
  description: 'POST_AGAIN posts the value again (an added one may count twice); ACCEPT goes on as if it had counted.',
});

const ErrorCodeEnum = { INVALID: 'INVALID', NOTHING_TO_SETTLE: 'NOTHING_TO_SETTLE', STALE: 'STALE' };
const largestValue = 2_147_483_647;
registerEnumType(ErrorCodeEnum, { name: 'SettlePostbacksErrorCode', description: 'Why nothing was settled.' });

@InputType({ description: 'What to do about values that Optimove refused or that are uncertain.' })
export class SettlePostbacksInput {
  @Field(() => ID, { description: 'Their connection.' })
  @IsUUID()
  connectionId!: string;

  @Field(() => [ID], { description: 'Ids of postback rows, at most 200.' })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(200)
  @IsUUID(undefined, { each: true })
  ids!: string[];

  @Field(() => DecisionEnum, { description: 'What to do.' })
  @IsIn([...totalDecisions])
  decision!: TotalDecision;
}

@InputType({ description: 'What Optimove shows of a value, as somebody read it there.' })
export class ReconcilePostbackInput {
  @Field(() => ID, { description: 'Its connection.' })
  @IsUUID()
  connectionId!: string;

  @Field(() => ID, { description: 'Id of the postback row.' })
  @IsUUID()
  id!: string;

  @Field(() => Int, { description: 'The acknowledged value that you read.' })
  @IsInt()
  @Min(0)
  acknowledgedValue!: number;

  @Field(() => Int, { description: 'The uncertain value that you read.' })
  @IsInt()
  @Min(0)
  uncertainValue!: number;

  @Field(() => Int, { description: 'The value that Optimove shows.' })
  @IsInt()
  @Min(0)
  @Max(largestValue)
  optimoveValue!: number;
}

@ObjectType('SettlePostbacksUserError', { implements: () => UserError, description: 'Why nothing was settled.' })
export class SettlePostbacksUserError extends UserError {
  @Field(() => ErrorCodeEnum, { description: 'The kind of problem.' })
  code!: string;
}

@ObjectType('SettlePostbacksPayload', { description: 'Outcome of settling postbacks.' })
export class SettlePostbacksPayload {
  @Field(() => [ID], { description: 'Rows that were settled; rows that had been settled before are not among them.' })
  settledIds!: string[];

  @Field(() => [SettlePostbacksUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: SettlePostbacksUserError[];
}
