import { type Actor, CurrentActor } from '@modules/projects';
import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { AcceptedForLater } from '../execution/count-gone';
import { AcceptedForLaterLoader } from './accepted-for-later.loader';
import { AcceptedForLaterType } from './accepted-for-later.type';
import { ExecutionType } from './execution.type';

/** What a stop of an execution comes too late for, also when Optimove stopped it. */
@Resolver(() => ExecutionType)
export class AcceptedForLaterResolver {
  constructor(private readonly loader: AcceptedForLaterLoader) {}

  @ResolveField(() => AcceptedForLaterType, {
    nullable: true,
    description: 'Messages of it that were accepted and have not reached anybody yet.',
  })
  acceptedForLater(
    @CurrentActor() { projectId }: Actor,
    @Parent() { id }: ExecutionType,
  ): Promise<AcceptedForLater | null> {
    return this.loader.load(projectId, id);
  }
}
