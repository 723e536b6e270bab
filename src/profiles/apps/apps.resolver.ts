import { type InputProblem, validateInput } from '@libs/platform';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import type { AppEntity } from '../persistence/app.entity';
import { AppPayload, AppType, CreateAppInput, UpdateAppInput } from './app.type';
import { type AppOutcome, ManageApps } from './manage-apps';

/** Apps and sites of the project. */
@Resolver(() => AppType)
export class AppsResolver {
  constructor(private readonly manage: ManageApps) {}

  @Allow('profiles.view')
  @Query(() => [AppType], { description: 'Apps and sites of the project, oldest first.' })
  async apps(@CurrentActor() actor: Actor): Promise<AppType[]> {
    return (await this.manage.list(actor.projectId)).map(toType);
  }

  @Allow('project.manage')
  @Mutation(() => AppPayload, { description: 'Adds an app and gives out its SDK key.' })
  async createApp(@CurrentActor() actor: Actor, @Args('input') input: CreateAppInput): Promise<AppPayload> {
    const problems = await validateInput(CreateAppInput, input);
    if (problems.length > 0) return invalid(problems);
    return toPayload(await this.manage.create(actor, input));
  }

  @Allow('project.manage')
  @Mutation(() => AppPayload, {
    description: 'Changes an app or its limits, replaces its SDK key or its identity secret.',
  })
  async updateApp(@CurrentActor() actor: Actor, @Args('input') input: UpdateAppInput): Promise<AppPayload> {
    const problems = await validateInput(UpdateAppInput, input);
    if (problems.length > 0) return invalid(problems);
    return toPayload(await this.manage.update(actor, input));
  }
}

function invalid(problems: InputProblem[]): AppPayload {
  return toPayload({ app: null, problems: problems.map((each) => ({ ...each, code: 'INVALID' })) });
}

function toPayload({ app, problems, ...secrets }: AppOutcome): AppPayload {
  return { app: app && toType(app), ...secrets, userErrors: problems };
}

function toType({ identitySecret, ...app }: AppEntity): AppType {
  return { ...app, requiresProof: identitySecret !== null };
}
