import { validateInput } from '@libs/platform';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Args, Mutation, Resolver } from '@nestjs/graphql';
import { readDeliveryId } from '../domain/execution/delivery-id';
import {
  type Choice,
  SettleDeliveries,
  type SettlementOutcome,
  type SettlementRefusal,
} from '../execution/settle-deliveries';
import { ExecutionListRepository } from '../persistence/ledger/execution-list.repository';
import { RetryFailedInput, SettlementPayload, type SettlementUserError, SettleUncertainInput } from './settlement.type';

const messages: Record<SettlementRefusal, string> = {
  NOT_FOUND: 'This project has no such execution; list executions to see their ids',
  WRONG_STATE: 'Only a running or completed execution can send again; this one was cancelled or has failed',
  CANCELLED: 'Optimove has cancelled this campaign since it was announced; launch it again in Optimove',
  CHANGED: 'There is nothing (more) to settle here, or somebody has been faster; load the list again',
  BUSY: 'These customers are being sent to at this moment; try again in a minute',
  VALUES_GONE: 'The personal values of this execution are no longer kept, so its messages cannot be written again',
  CONNECTION_OFF: 'The connection is disabled or deleted; enable it first',
};

/** What people decide about messages that are uncertain or failed. */
@Resolver()
export class SettlementResolver {
  constructor(
    private readonly settling: SettleDeliveries,
    private readonly executions: ExecutionListRepository,
  ) {}

  @Allow('campaigns.launch')
  @Mutation(() => SettlementPayload, {
    description: 'Counts uncertain messages as sent: nothing is sent, the sums and what Optimove is told follow.',
  })
  async countUncertainAsSent(
    @CurrentActor() actor: Actor,
    @Args('input') input: SettleUncertainInput,
  ): Promise<SettlementPayload> {
    const choice = await readChoice(input);
    if (Array.isArray(choice)) return refused(choice);
    return this.answer(actor, input.executionId, await this.settling.countAsSent(actor, choice));
  }

  @Allow('campaigns.launch')
  @Mutation(() => SettlementPayload, {
    description:
      'Sends uncertain messages again through gate and queue. Customers may get them TWICE: see mayDuplicate.',
  })
  async sendUncertainAgain(
    @CurrentActor() actor: Actor,
    @Args('input') input: SettleUncertainInput,
  ): Promise<SettlementPayload> {
    const choice = await readChoice(input);
    if (Array.isArray(choice)) return refused(choice);
    const outcome = await this.settling.sendAgain(actor, choice);
    return { ...(await this.answer(actor, input.executionId, outcome)), mayDuplicate: 'deliveries' in outcome };
  }

  @Allow('campaigns.launch')
  @Mutation(() => SettlementPayload, {
    description: 'Tries failed customers again through gate and queue. What reached a customer is never sent again.',
  })
  async retryFailed(@CurrentActor() actor: Actor, @Args('input') input: RetryFailedInput): Promise<SettlementPayload> {
    const problems = await validateInput(RetryFailedInput, input);
    if (problems.length > 0) return refused(problems.map((problem) => ({ ...problem, code: 'INVALID' })));
    const { executionId, includeRefused } = input;
    return this.answer(
      actor,
      executionId,
      await this.settling.retryFailed(actor, { executionId, refused: includeRefused }),
    );
  }

  private async answer(actor: Actor, executionId: string, outcome: SettlementOutcome): Promise<SettlementPayload> {
    if ('refusal' in outcome) {
      const { refusal } = outcome;
      return refused([{ code: refusal, path: ['executionId'], message: messages[refusal] }]);
    }
    const execution = await this.executions.find(actor.projectId, executionId);
    return { execution, ...outcome, mayDuplicate: false, userErrors: [] };
  }
}

function refused(userErrors: SettlementUserError[]): SettlementPayload {
  return { execution: null, deliveries: 0, customers: 0, mayDuplicate: false, userErrors };
}

async function readChoice(input: SettleUncertainInput): Promise<Choice | SettlementUserError[]> {
  const problems = await validateInput(SettleUncertainInput, input);
  if (problems.length > 0) return problems.map((problem) => ({ ...problem, code: 'INVALID' }));
  const { executionId, deliveries, expectedCount } = input;
  if (!deliveries) {
    if (expectedCount) return { executionId, chosen: null, expected: expectedCount };
    const message = 'Give deliveries, or expectedCount to settle all of the execution';
    return [{ code: 'INVALID', path: ['expectedCount'], message }];
  }
  const chosen = deliveries.map(({ id, version }) => ({ ...readDeliveryId(id), version }));
  const wrong = chosen.findIndex((delivery) => delivery.executionId !== executionId);
  if (wrong >= 0) {
    const message = 'This is no message of this execution; list uncertainDeliveries to see their ids';
    return [{ code: 'INVALID', path: ['deliveries', String(wrong), 'id'], message }];
  }
  const seen = chosen.flatMap(({ seq, medium, addressKey, version }) =>
    seq === undefined || !medium || !addressKey ? [] : [{ seq, medium, addressKey, version }],
  );
  return { executionId, chosen: seen, expected: seen.length };
}
