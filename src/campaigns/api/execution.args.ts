import { PageArgs } from '@libs/platform';
import { ArgsType, Field, ID } from '@nestjs/graphql';
import { IsIn, IsISO8601, IsOptional, IsUUID, Length, Matches } from 'class-validator';
import { endStates } from '../domain/execution/end-state';
import { EndStateEnum, ExecutionKindEnum, ExecutionStateEnum } from './execution.type';

const dayRule = { message: '$property must be a day, YYYY-MM-DD' };

/** Which executions to list. */
@ArgsType()
export class ExecutionsArgs extends PageArgs {
  @Field(() => ID, { nullable: true, description: 'Only of this connection.' })
  @IsOptional()
  @IsUUID()
  connectionId?: string | null;

  @Field(() => ExecutionStateEnum, { nullable: true, description: 'Only in this state.' })
  @IsOptional()
  @IsIn(Object.values(ExecutionStateEnum))
  state?: string | null;

  @Field(() => ExecutionKindEnum, { nullable: true, description: 'Only of this kind.' })
  @IsOptional()
  @IsIn(Object.values(ExecutionKindEnum))
  kind?: string | null;

  @Field(() => String, { nullable: true, description: 'Only of this campaign of Optimove.' })
  @IsOptional()
  @Length(1, 255)
  optimoveCampaignId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Only those that sent a version of this campaign.' })
  @IsOptional()
  @IsUUID()
  campaignId?: string | null;

  @Field(() => String, { nullable: true, description: 'Only those that run on this day or later, YYYY-MM-DD.' })
  @IsOptional()
  @Matches(/^\d{4}-\d\d-\d\d$/, dayRule)
  @IsISO8601({ strict: true }, dayRule)
  fromDay?: string | null;

  @Field(() => String, { nullable: true, description: 'Only those that run on this day or earlier, YYYY-MM-DD.' })
  @IsOptional()
  @Matches(/^\d{4}-\d\d-\d\d$/, dayRule)
  @IsISO8601({ strict: true }, dayRule)
  toDay?: string | null;
}

/** Which recipients to list. */
@ArgsType()
export class RecipientsArgs extends PageArgs {
  @Field(() => EndStateEnum, { nullable: true, description: 'Only those who came to this end.' })
  @IsOptional()
  @IsIn([...endStates])
  endState?: string | null;
}
