import { Transactions, type Tx } from '@libs/platform';
import { CampaignsService, type EngagementNews } from '@modules/campaigns';
import { ConnectionsService } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import { EngagementEventRepository } from '../persistence/engagement-event.repository';
import { EngagementSettingRepository } from '../persistence/engagement-setting.repository';

const mostAtOnce = 5_000;

/** Takes what people did over into what Optimove is to be told, customer by customer. */
@Injectable()
export class CollectEngagement {
  constructor(
    private readonly transactions: Transactions,
    private readonly campaigns: CampaignsService,
    private readonly connections: ConnectionsService,
    private readonly settings: EngagementSettingRepository,
    private readonly events: EngagementEventRepository,
  ) {}

  /** Works until nothing is left. What was taken is forgotten in the transaction that owes it. */
  async run(): Promise<void> {
    while ((await this.takeOver()) > 0);
  }

  private takeOver(): Promise<number> {
    return this.transactions.run(async (tx) => {
      const { taken, news } = await this.campaigns.takeEngagement(tx, mostAtOnce);
      for (const connectionId of new Set(news.map((one) => one.connectionId))) {
        const own = news.filter((one) => one.connectionId === connectionId);
        await this.owe(tx, { projectId: own[0]?.projectId ?? '', connectionId }, own);
      }
      return taken;
    });
  }

  /** Over a deleted connection Optimove is told nothing. */
  private async owe(tx: Tx, owner: { projectId: string; connectionId: string }, news: EngagementNews[]): Promise<void> {
    const connection = await this.connections.existing(owner.projectId, owner.connectionId);
    if (!connection) return;
    const { road } = await this.settings.of(tx, owner);
    if (road !== 'NONE') await this.events.add(tx, connection.timeZone, news);
  }
}
