import { validateInput } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Args, Mutation, Resolver } from '@nestjs/graphql';
import { SettleTotals } from '../settle-totals';
import { ReconcilePostbackInput, SettlePostbacksInput, SettlePostbacksPayload } from './settle-postbacks.type';

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
      'Posts refused or uncertain values again, or accepts them as they are; in ABSOLUTE mode it also posts acknowledged ones again. Somebody else’s decision stands.',
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
    const settledIds = await this.settling.run(actor, connection, input);
    if (settledIds.length > 0) return { settledIds, userErrors: [] };
    const message = 'None of these rows can be settled now; load the list again';
    return { settledIds, userErrors: [{ code: 'NOTHING_TO_SETTLE', path: ['ids'], message }] };
  }
  @Allow('postbacks.manage')
  @Mutation(() => SettlePostbacksPayload, {
    description:
      'Goes on from the value that Optimove shows in its screens: what it lacks is posted, and no doubt is left.',
  })
  async reconcilePostback(
    @CurrentActor() actor: Actor,
    @Args('input') input: ReconcilePostbackInput,
  ): Promise<SettlePostbacksPayload> {
    const problems = await validateInput(ReconcilePostbackInput, input);
    if (problems.length > 0) {
      return { settledIds: [], userErrors: problems.map((problem) => ({ ...problem, code: 'INVALID' })) };
    }
    const connection = await this.connections.get(actor.projectId, input.connectionId);
    if (await this.settling.reconcile(actor, connection, input)) return { settledIds: [input.id], userErrors: [] };
    const message = 'This row has changed, is being posted or is told no more; load it again and compare once more';
    return { settledIds: [], userErrors: [{ code: 'STALE', path: ['id'], message }] };
  }
}
