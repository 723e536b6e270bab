import { Transactions, type Tx } from '@libs/platform';
import { CampaignsService, type EngagementNews } from '@modules/campaigns';
import { ConnectionsService } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import { EngagementEventRepository } from '../persistence/engagement-event.repository';
import { EngagementSettingRepository } from '../persistence/engagement-setting.repository';
import { EngagementTellerRepository } from '../persistence/engagement-teller.repository';

const mostAtOnce = 5_000;

/** Takes what people did over into what Optimove is to be told, customer by customer. */
@Injectable()
export class CollectEngagement {
  constructor(
    private readonly transactions: Transactions,
    private readonly campaigns: CampaignsService,
    private readonly connections: ConnectionsService,
    private readonly tellers: EngagementTellerRepository,
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
      for (const way of new Set(news.map(wayOf))) {
        await this.owe(
          tx,
          news.filter((one) => wayOf(one) === way),
        );
      }
      return taken;
    });
  }

  /** News of one connection and account. The account is told over that connection or another one to it, or not at all. */
  private async owe(tx: Tx, news: EngagementNews[]): Promise<void> {
    const [first] = news;
    if (!first) return;
    const { projectId } = first;
    const connectionId = await this.tellers.tellerOf(tx, first);
    const connection = connectionId && (await this.connections.existing(projectId, connectionId));
    if (!connection) return;
    const { road } = await this.settings.of(tx, { projectId, connectionId: connection.id });
    if (road !== 'NONE') await this.events.add(tx, connection, news);
  }
}

function wayOf({ connectionId, accountId }: EngagementNews): string {
  return `${connectionId} ${accountId}`;
}
