import { Transactions } from '@libs/platform';
import { CampaignsService } from '@modules/campaigns';
import { ChannelsService } from '@modules/channels';
import { ConnectionsService, type ConnectionView } from '@modules/connections';
import { Contactability } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import type { SubscriptionSetting } from '../domain/subscription-status';
import { targetsOf } from '../domain/subscription-targets';
import { SubscriptionSettingRepository } from '../persistence/subscription-setting.repository';
import { SubscriptionStatusRepository } from '../persistence/subscription-status.repository';
import { SubscriptionTargetRepository } from '../persistence/subscription-target.repository';
import { ForgetNames } from './forget-names';
import { OweStatuses } from './owe-statuses';
import { PostStatuses } from './post-statuses';
import { StopWalk } from './stop-walk';
import { WalkEveryone } from './walk-everyone';

interface Open {
  connection: ConnectionView;
  setting: SubscriptionSetting;
}

/** Well below the clock's lease, so that the last call of a run ends while the lease is still held. */
const longestRunMs = 25_000;
const longestReadingMs = 10_000;

/** Keeps Optimove's view of who can be contacted the same as ours, for the connections of one project. */
@Injectable()
export class RunSubscriptions {
  constructor(
    private readonly transactions: Transactions,
    private readonly connections: ConnectionsService,
    private readonly channels: ChannelsService,
    private readonly campaigns: CampaignsService,
    private readonly contactability: Contactability,
    private readonly settings: SubscriptionSettingRepository,
    private readonly targets: SubscriptionTargetRepository,
    private readonly statuses: SubscriptionStatusRepository,
    private readonly oweStatuses: OweStatuses,
    private readonly walkEveryone: WalkEveryone,
    private readonly stopWalk: StopWalk,
    private readonly forgetNames: ForgetNames,
    private readonly postStatuses: PostStatuses,
  ) {}

  /** Takes over what changed, walks on, and posts. The caller holds the project's lease: one writer at a time. */
  async run(projectId: string): Promise<void> {
    await this.work(projectId);
    await this.statuses.forgetErased(this.transactions.pool, projectId);
  }

  private async work(projectId: string): Promise<void> {
    const readsUntil = performance.now() + longestReadingMs;
    const endsAt = performance.now() + longestRunMs;
    for (const setting of await this.settings.on(this.transactions.pool, projectId)) {
      if (setting.namesChanged) await this.forgetNames.whatWasTold(setting, readsUntil);
    }
    const open = await this.open(projectId);
    if (open.length === 0) return this.transactions.run((tx) => this.contactability.forget(tx, projectId));
    const named = open.filter(({ setting }) => !setting.namesChanged);
    for (const { connection } of named) await this.refreshTargets(connection);
    await this.oweStatuses.takeChanges(
      projectId,
      named.map(({ connection }) => connection),
      readsUntil,
    );
    for (const { connection, setting } of named) await this.walkEveryone.run(connection, setting, readsUntil);
    await this.post(projectId, endsAt);
  }

  private async post(projectId: string, endsAt: number): Promise<void> {
    for (const { connection, setting } of await this.open(projectId)) {
      if (!setting.namesChanged && !connection.isDisabled) await this.postStatuses.run(connection, setting, endsAt);
    }
  }

  /** What is on; with its connection deleted it goes off, so that nothing is kept any longer to be told there. */
  private async open(projectId: string): Promise<Open[]> {
    const open: Open[] = [];
    for (const setting of await this.settings.on(this.transactions.pool, projectId)) {
      const connection = await this.connections.existing(projectId, setting.connectionId);
      if (connection) open.push({ connection, setting });
      else await this.turnOff(setting);
    }
    return open;
  }

  private turnOff({ projectId, connectionId }: SubscriptionSetting): Promise<void> {
    return this.transactions.run(async (tx) => {
      await this.stopWalk.run(tx, { projectId, connectionId }, 'The connection was deleted');
      await this.settings.turnOff(tx, projectId, connectionId);
    });
  }

  /**
   * A channel or app that is new or back has everyone posted; what Optimove has already is not posted again, except where
   * an app is back, because it had left Optimove with what was told of it.
   */
  private async refreshTargets({ projectId, id: connectionId }: ConnectionView): Promise<void> {
    const channels = await this.channels.listForConnection(projectId, connectionId);
    await this.transactions.run(async (tx) => {
      const setting = await this.settings.find(tx, projectId, connectionId);
      const apps = await this.campaigns.appsInOptimove(tx, { projectId, connectionId });
      const added = await this.targets.set(tx, { projectId, connectionId }, targetsOf({ channels, apps, setting }));
      const postsAgain = added.some(({ appId, isBack }) => appId !== null && isBack);
      const isAsked = setting?.walkState === 'ASKED' && !postsAgain;
      if (added.length === 0 || isAsked) return;
      await this.stopWalk.run(tx, { projectId, connectionId }, 'A channel or app came, so it began anew');
      await this.settings.askForWalk(tx, connectionId, { postsAgain });
    });
  }
}
