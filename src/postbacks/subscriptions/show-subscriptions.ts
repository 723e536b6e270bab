import { Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { type SubscriptionSetting, usualModes } from '../domain/subscription-status';
import { SubscriptionSettingRepository } from '../persistence/subscription-setting.repository';
import { SubscriptionTargetRepository, type TargetState } from '../persistence/subscription-target.repository';

/** Where the posting of subscription status stands. */
export type SubscriptionState = 'NOT_ALLOWED' | 'OFF' | 'PREPARING' | 'POSTING' | 'UP_TO_DATE' | 'HELD';

/** How a connection tells Optimove who can be contacted. */
export interface SubscriptionView
  extends Pick<
    SubscriptionSetting,
    | 'connectionId'
    | 'isOn'
    | 'subscribedMode'
    | 'unsubscribedMode'
    | 'confirmedBy'
    | 'confirmedAt'
    | 'emailChannelId'
    | 'withoutCustomer'
    | 'version'
  > {
  state: SubscriptionState;
  isAllowed: boolean;
  targets: TargetState[];
  taskId: string | null;
}

/** Shows how the posting of subscription status stands. */
@Injectable()
export class ShowSubscriptions {
  constructor(
    private readonly transactions: Transactions,
    private readonly settings: SubscriptionSettingRepository,
    private readonly targets: SubscriptionTargetRepository,
  ) {}

  async of(projectId: string, connectionId: string): Promise<SubscriptionView> {
    const { pool } = this.transactions;
    const isAllowed = (await this.settings.allowance(pool, projectId)) !== null;
    const setting = (await this.settings.find(pool, projectId, connectionId)) ?? notSet(projectId, connectionId);
    const targets = await this.targets.states(pool, projectId, connectionId);
    const state = stateOf(isAllowed, setting, targets);
    return { ...setting, isAllowed, targets, state, taskId: setting.walkTaskId };
  }
}

function notSet(projectId: string, connectionId: string): SubscriptionSetting {
  return {
    projectId,
    connectionId,
    isOn: false,
    subscribedMode: usualModes.subscribed,
    unsubscribedMode: usualModes.unsubscribed,
    confirmedBy: null,
    confirmedAt: null,
    emailChannelId: null,
    version: 0,
    walkState: 'NONE',
    walkTaskId: null,
    walkPostsAgain: false,
    namesChanged: false,
    withoutCustomer: 0,
  };
}

function stateOf(
  isAllowed: boolean,
  { isOn, walkState }: SubscriptionSetting,
  targets: TargetState[],
): SubscriptionState {
  if (!isAllowed) return 'NOT_ALLOWED';
  if (!isOn) return 'OFF';
  const active = targets.filter((target) => target.isActive);
  if (active.some(({ heldUntil }) => heldUntil !== null && heldUntil > new Date())) return 'HELD';
  if (walkState !== 'DONE') return 'PREPARING';
  return active.some(({ owed }) => owed > 0) ? 'POSTING' : 'UP_TO_DATE';
}
