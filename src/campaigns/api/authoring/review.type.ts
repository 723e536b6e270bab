import { Field, ObjectType, registerEnumType } from '@nestjs/graphql';
import { builderSteps } from '../../domain/review/builder-steps';
import { enumOf } from './enum-of';
import { FindingType } from './finding.type';

const BuilderStepEnum = enumOf(builderSteps);
registerEnumType(BuilderStepEnum, {
  name: 'BuilderStep',
  description:
    'The steps of the builder, in order. Each is saved by itself, complete or not; REVIEW is where everything comes together.',
});

@ObjectType('BuilderStepReport', { description: 'Where a step of the builder stands.' })
export class StepReportType {
  @Field(() => BuilderStepEnum, { description: 'The step.' })
  step!: string;

  @Field({ description: 'Nothing on it forbids a launch.' })
  isReady!: boolean;

  @Field(() => [FindingType], { description: 'What was found on it; at REVIEW everything.' })
  findings!: FindingType[];
}
