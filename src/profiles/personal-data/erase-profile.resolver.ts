import { UserError, validateInput } from '@libs/platform';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Args, Field, ID, InputType, Mutation, ObjectType, Resolver } from '@nestjs/graphql';
import { Equals, Length } from 'class-validator';
import { ProfileUserError } from '../api/profile.type';
import { ErasePerson } from './erase-person';

@InputType({ description: 'Whom to erase.' })
export class EraseProfileInput {
  @Field({ description: 'The user ID; also of somebody whom only Optimove named.' })
  @Length(1, 255)
  userId!: string;

  @Field({ description: 'Say true: what is erased cannot be brought back.' })
  @Equals(true, { message: 'Say true to erase the person; it cannot be undone' })
  isFinal!: boolean;
}

@ObjectType('EraseProfilePayload', { description: 'Outcome of asking for an erasure.' })
export class EraseProfilePayload {
  @Field(() => ID, {
    nullable: true,
    description: 'The task that takes the person out of everything; null when refused.',
  })
  taskId!: string | null;

  @Field(() => [ProfileUserError], { description: 'What to mend; empty when it has begun.' })
  userErrors!: UserError[];
}

/** Erasure of one person. */
@Resolver()
export class EraseProfileResolver {
  constructor(private readonly erasure: ErasePerson) {}

  @Allow('profiles.personal-data')
  @Mutation(() => EraseProfilePayload, {
    description:
      'Erases a person: profile, devices, behaviour, answers and kept messages are deleted, ledger, journal and intakes forget who it was. What excludes them from contact, and its proof, stays.',
  })
  async eraseProfile(
    @CurrentActor() actor: Actor,
    @Args('input') input: EraseProfileInput,
  ): Promise<EraseProfilePayload> {
    const problems = await validateInput(EraseProfileInput, input);
    const userErrors = problems.map((problem) => ({ ...problem, code: 'INVALID' }));
    return { taskId: problems.length > 0 ? null : await this.erasure.start(actor, input.userId), userErrors };
  }
}
