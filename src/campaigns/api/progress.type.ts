import { Field, Float, ID, ObjectType } from '@nestjs/graphql';
import { ExecutionStateEnum, FunnelType } from './execution.type';

@ObjectType('ExecutionProgress', { description: 'How far an execution is at one moment.' })
export class ExecutionProgressType {
  @Field(() => ID, { description: 'The execution.' })
  executionId!: string;

  @Field(() => ExecutionStateEnum, { description: 'How far it has come.' })
  state!: string;

  @Field({ description: 'The moment.' })
  at!: Date;

  @Field(() => FunnelType, { description: 'Where the customers are.' })
  funnel!: FunnelType;

  @Field(() => Float, { description: 'Customers that came to an end per second, over the last ten seconds.' })
  ratePerSecond!: number;

  @Field(() => Date, { nullable: true, description: 'When it will be through at this rate; null while that is open.' })
  estimatedEndAt!: Date | null;
}
