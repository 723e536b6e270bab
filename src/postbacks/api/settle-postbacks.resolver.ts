import { validateInput } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Args, Mutation, Resolver } from '@nestjs/graphql';
import { SettleTotals } from '../settle-totals';
import { SettlePostbacksInput, SettlePostbacksPayload } from './settle-postbacks.type';

/** Settling what Optimove refused or never answered. */
@Resolver()
export class SettlePostbacksResolver {
  constructor(
    private readonly settling: SettleTotals,
    private readonly connections: ConnectionsService,
  ) {}

  @Allow('postbacks.manage')
  @Mutation(() => SettlePostbacksPayload, {
    description:
      'Posts refused or uncertain values again, or accepts them as they are. Somebody else’s decision stands.',
  })
  async settlePostbacks(
    @CurrentActor() actor: Actor,
    @Args('input') input: SettlePostbacksInput,
  ): Promise<SettlePostbacksPayload> {
    const problems = await validateInput(SettlePostbacksInput, input);
    if (problems.length > 0) {
      return { settledIds: [], userErrors: problems.map((problem) => ({ ...problem, code: 'INVALID' })) };
    }
    const connection = await this.connections.get(actor.projectId, input.connectionId);
    const settledIds = await this.settling.run(actor, connection.id, input);
    if (settledIds.length > 0) return { settledIds, userErrors: [] };
    const message = 'None of these rows is refused or uncertain now; load the list again';
    return { settledIds, userErrors: [{ code: 'NOTHING_TO_SETTLE', path: ['ids'], message }] };
  }
}
