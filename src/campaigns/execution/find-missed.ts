import { systemClock } from '@libs/foundation';
import type { OptimoveClient } from '@libs/optimove-client';
import { Log, Outbox, Transactions } from '@libs/platform';
import { ChannelsService, type ChannelView } from '@modules/channels';
import { ConnectionsService, type ConnectionView } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import { TemplateDirectory } from '../authoring/template-directory';
import { CampaignsConfig } from '../campaigns.config';
import { runDateOf } from '../domain/execution/run-date';
import { readRecipientsJob } from '../jobs/execution.jobs';
import { ExecutionRepository } from '../persistence/ledger/execution.repository';
import { SightingRepository } from '../persistence/ledger/sighting.repository';
import { StopRepository } from '../persistence/ledger/stop.repository';

const dayMs = 86_400_000;

/** Asks Optimove what it executed today and yesterday, and announces what no callback told us of. */
@Injectable()
export class FindMissed {
  constructor(
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    private readonly connections: ConnectionsService,
    private readonly channels: ChannelsService,
    private readonly directory: TemplateDirectory,
    private readonly executions: ExecutionRepository,
    private readonly sightings: SightingRepository,
    private readonly stops: StopRepository,
    private readonly config: CampaignsConfig,
    private readonly log: Log,
  ) {}

  /** Only campaigns that use a template of ours are announced. @throws {OptimoveError} */
  async run(connectionId: string): Promise<void> {
    const connection = await this.connections.find(connectionId);
    if (!connection || connection.isDisabled) return;
    const client = await this.connections.clientFor(connectionId);
    const channels = await this.channels.listForConnection(connection.projectId, connectionId);
    for (const channel of channels.filter(({ media }) => media.length > 0)) {
      for (const runDate of lastTwoDays(connection.timeZone))
        await this.sweep({ connection, client, channel, runDate });
    }
  }

  private async sweep(place: Place): Promise<void> {
    const { connection, client, channel, runDate } = place;
    const seen = await client.getExecutedCampaignsByChannel({ channelId: channel.optimoveChannelId, date: runDate });
    if (seen.length === 0) return;
    const sighting = {
      projectId: connection.projectId,
      connectionId: connection.id,
      channelId: channel.id,
      runDate,
      optimoveCampaignIds: seen,
    };
    const waitSeconds = this.config.MISSED_CALLBACK_SECONDS;
    const missed = await this.sightings.unannounced(this.transactions.pool, sighting, waitSeconds);
    for (const optimoveCampaignId of missed) await this.announce(place, optimoveCampaignId);
  }

  private async announce({ connection, client, channel, runDate }: Place, optimoveCampaignId: string): Promise<void> {
    const { optimoveChannelId } = channel;
    const details = await client.getExecutedCampaignChannelDetails({
      campaignId: optimoveCampaignId,
      channelId: optimoveChannelId,
    });
    const executionId = await this.transactions.run(async (tx) => {
      const optimoveTemplateIds = details.map(({ templateId }) => templateId);
      const wanted = { connectionId: connection.id, optimoveChannelId, optimoveTemplateIds };
      if ((await this.directory.find(tx, wanted)).size === 0) return null;
      const campaign = { projectId: connection.projectId, connectionId: connection.id, optimoveCampaignId, runDate };
      if (await this.stops.wasCancelled(tx, campaign, '')) return null;
      const execution = await this.executions.announce(tx, { ...campaign, channelId: channel.id, optimoveChannelId });
      if (!execution.isNew) return null;
      await this.outbox.enqueue(tx, readRecipientsJob, { executionId: execution.id, reading: 1 });
      return execution.id;
    });
    if (executionId) this.log.event('execution.found-by-sweep', { executionId, optimoveCampaignId }, 'warn');
  }
}

interface Place {
  connection: ConnectionView;
  client: OptimoveClient;
  channel: ChannelView;
  runDate: string;
}

function lastTwoDays(timeZone: string): string[] {
  const now = systemClock.now();
  return [now, new Date(now.getTime() - dayMs)].map((day) => runDateOf(null, day, timeZone));
}
