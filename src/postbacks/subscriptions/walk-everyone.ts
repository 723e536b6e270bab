import { Transactions } from '@libs/platform';
import type { ConnectionView } from '@modules/connections';
import { Contactability } from '@modules/profiles';
import { Tasks } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import type { SubscriptionSetting } from '../domain/subscription-status';
import { SubscriptionSettingRepository } from '../persistence/subscription-setting.repository';
import { OweStatuses } from './owe-statuses';

const mostAtOnce = 2_000;

/** Reads everyone's state once, before changes are enough; seen as a task. */
@Injectable()
export class WalkEveryone {
  constructor(
    private readonly transactions: Transactions,
    private readonly contactability: Contactability,
    private readonly settings: SubscriptionSettingRepository,
    private readonly oweStatuses: OweStatuses,
    private readonly tasks: Tasks,
  ) {}

  /** Walks on from where it was left, until the end or the time is up. */
  async run(connection: ConnectionView, setting: SubscriptionSetting, endsAt: number): Promise<void> {
    if (setting.walkState === 'ASKED') await this.begin(connection);
    while (performance.now() < endsAt && (await this.step(connection)));
  }

  private begin(connection: ConnectionView): Promise<void> {
    return this.transactions.run(async (tx) => {
      if (!(await this.settings.beginWalk(tx, connection.id))) return;
      const taskId = await this.tasks.start(tx, {
        projectId: connection.projectId,
        connectionId: connection.id,
        kind: 'postbacks.subscription-status',
        title: `Subscription status of everyone to ${connection.name}`,
        total: await this.contactability.countIdentified(tx, connection.projectId),
        triggeredBy: 'clock',
      });
      await this.settings.showWalkAs(tx, connection.id, taskId);
    });
  }

  /** Whether there may be more. */
  private step(connection: ConnectionView): Promise<boolean> {
    return this.transactions.run(async (tx) => {
      const { projectId, id: connectionId } = connection;
      const afterId = await this.settings.walkPosition(tx, connectionId);
      if (afterId === undefined) return false;
      const setting = await this.settings.find(tx, projectId, connectionId);
      const taskId = setting?.walkTaskId;
      const profileIds = await this.contactability.idsAfter(tx, projectId, { afterId, limit: mostAtOnce });
      const last = profileIds.at(-1);
      if (!last) {
        await this.settings.endWalk(tx, connectionId);
        if (taskId) await this.tasks.finish(tx, taskId, 'SUCCEEDED');
        return false;
      }
      const withoutCustomer = await this.oweStatuses.of(tx, connection, profileIds, setting?.walkPostsAgain);
      await this.settings.walkOn(tx, connectionId, { afterProfile: last, withoutCustomer });
      const processed = profileIds.length;
      const counts = { processed, succeeded: processed - withoutCustomer, failed: 0 };
      if (taskId) await this.tasks.progress(tx, taskId, counts);
      return true;
    });
  }
}
