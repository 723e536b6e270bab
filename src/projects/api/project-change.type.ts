import { UserError } from '@libs/platform';
import { Field, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { IsInt, IsOptional, IsString, Length } from 'class-validator';
import type { ProjectProblemCode } from '../manage-project';
import { ProjectType } from './project.type';

const ProjectErrorCodeEnum: Record<ProjectProblemCode, string> = { INVALID: 'INVALID', CONFLICT: 'CONFLICT' };
registerEnumType(ProjectErrorCodeEnum, {
  name: 'ProjectErrorCode',
  description: 'Why a change of the project was refused.',
  valuesMap: {
    INVALID: { description: 'A field is not as it must be.' },
    CONFLICT: { description: 'Somebody changed the project since it was read.' },
  },
});

@InputType({ description: 'What to change of the project; what is absent stays.' })
export class UpdateProjectInput {
  @Field(() => Int, { description: 'The version that was read.' })
  @IsInt()
  version!: number;

  @Field(() => String, { nullable: true, description: 'Its name.' })
  @IsOptional()
  @Length(1, 100)
  name?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Its IANA time zone, such as Europe/Malta. Holds for what is decided from then on; schedules that were saved keep theirs.',
  })
  @IsOptional()
  @IsString()
  timeZone?: string | null;
}

@ObjectType('ProjectUserError', {
  implements: () => UserError,
  description: 'Why a change of the project was refused.',
})
export class ProjectUserError extends UserError {
  @Field(() => ProjectErrorCodeEnum, { description: 'The kind of problem.' })
  code!: string;
}

@ObjectType('UpdateProjectPayload', { description: 'Outcome of changing the project.' })
export class UpdateProjectPayload {
  @Field(() => ProjectType, { nullable: true, description: 'The project as it is now; null when refused.' })
  project!: ProjectType | null;

  @Field(() => [ProjectUserError], { description: 'What to mend; empty when it was done.' })
  userErrors!: ProjectUserError[];
}
