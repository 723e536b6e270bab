import { systemClock } from '@libs/foundation';
import { OptimoveRejectedError } from '@libs/optimove-client';
import { Log, Transactions } from '@libs/platform';
import { ChannelsService } from '@modules/channels';
import { ConnectionsService } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import { CampaignsConfig } from '../campaigns.config';
import { runDateOf } from '../domain/execution/run-date';
import { addDays, instantOf } from '../domain/local-instant';
import { type Announcement, AnnouncementRepository, type Heard } from '../persistence/ledger/announcement.repository';
import { SightingRepository } from '../persistence/ledger/sighting.repository';
import { type DueSignal, SignalRepository } from '../persistence/ledger/signal.repository';
import { AnnounceCampaign } from './announce-campaign';
import { type ChannelAtOptimove, isSwept, OwnCampaigns } from './own-campaigns';

/** Asks Optimove what it executed today and yesterday, and announces what no callback told us of. */
@Injectable()
export class FindMissed {
  constructor(
    private readonly transactions: Transactions,
    private readonly connections: ConnectionsService,
    private readonly channels: ChannelsService,
    private readonly ownCampaigns: OwnCampaigns,
    private readonly announceCampaign: AnnounceCampaign,
    private readonly announcements: AnnouncementRepository,
    private readonly sightings: SightingRepository,
    private readonly signals: SignalRepository,
    private readonly config: CampaignsConfig,
    private readonly log: Log,
  ) {}

  /**
   * Only campaigns that use a template of ours are announced. A channel that Optimove refuses keeps none of the others
   * from being looked at. @throws {OptimoveError} what it said of such a channel.
   */
  async run(connectionId: string): Promise<void> {
    const connection = await this.connections.find(connectionId);
    if (!connection || connection.isDisabled) return;
    const client = await this.connections.clientFor(connectionId);
    const channels = await this.channels.listForConnection(connection.projectId, connectionId);
    const connectionIds = await this.connections.withPredecessors(this.transactions.pool, connectionId);
    const refused: unknown[] = [];
    for (const channel of channels.filter(isSwept)) {
      for (const runDate of lastTwoDays(connection.timeZone)) {
        await this.sweep({ connection, client, channel, runDate }, connectionIds).catch((error: unknown) => {
          if (!(error instanceof OptimoveRejectedError)) throw error;
          refused.push(error);
        });
      }
    }
    if (refused.length > 0) throw refused[0];
  }

  private async sweep(place: Place, connectionIds: string[]): Promise<void> {
    const { connection, client, channel, runDate } = place;
    const seen = await client.getExecutedCampaignsByChannel({ channelId: channel.optimoveChannelId, date: runDate });
    if (seen.length === 0) return;
    const sighting = {
      projectId: connection.projectId,
      connectionId: connection.id,
      channelId: channel.id,
      optimoveChannelId: channel.optimoveChannelId,
      connectionIds,
      runDate,
      optimoveCampaignIds: seen,
    };
    const overdue = await this.sightings.overdue(this.transactions.pool, sighting, this.config.MISSED_CALLBACK_SECONDS);
    // Cancelled on the day of the run or later: the sweep does not know when the run began.
    const saidAt = instantOf(`${runDate}T00:00`, connection.timeZone);
    const stamp = `${runDate} 00:00:00`;
    const heard: Heard = { source: 'SWEEP', stamp, saidAt, receivedAt: systemClock.now() };
    for (const { optimoveCampaignId, isKnown } of overdue) {
      if (isKnown || (await this.ownCampaigns.isOurs(place, optimoveCampaignId))) {
        await this.announce(place, optimoveCampaignId, heard);
      }
    }
  }

  /** Follows event 1 up: on every channel where the campaign was not read since, its list is read now. */
  async followUp(signal: DueSignal): Promise<void> {
    const connection = await this.connections.find(signal.connectionId);
    if (connection && !connection.isDisabled) {
      const client = await this.connections.clientFor(connection.id);
      const channels = await this.channels.listForConnection(connection.projectId, connection.id);
      for (const channel of channels.filter(isSwept)) {
        await this.followUpOn({ connection, client, channel, runDate: signal.runDate }, signal);
      }
    }
    await this.signals.finish(this.transactions.pool, signal);
  }

  private async followUpOn(place: Place, { optimoveCampaignId, receivedAt, stamp, saidAt }: DueSignal): Promise<void> {
    const known = await this.announcements.latest(this.transactions.pool, toAnnouncement(place, optimoveCampaignId));
    if (known?.read_started_at && known.read_started_at > receivedAt) return;
    if (!known && !(await this.ownCampaigns.isOurs(place, optimoveCampaignId))) return;
    await this.announce(place, optimoveCampaignId, { source: '1', stamp, saidAt, receivedAt });
  }

  private async announce(place: Place, optimoveCampaignId: string, heard: Heard): Promise<void> {
    const announcement = toAnnouncement(place, optimoveCampaignId);
    const announced = await this.transactions.run((tx) => this.announceCampaign.run(tx, announcement, heard));
    if (announced?.outcome !== 'NEW') return;
    const { source } = heard;
    this.log.event('execution.found-late', { executionId: announced.id, optimoveCampaignId, source }, 'warn');
  }
}

interface Place extends ChannelAtOptimove {
  runDate: string;
}

function toAnnouncement({ connection, channel, runDate }: Place, optimoveCampaignId: string): Announcement {
  return {
    projectId: connection.projectId,
    connectionId: connection.id,
    channelId: channel.id,
    optimoveChannelId: channel.optimoveChannelId,
    optimoveCampaignId,
    runDate,
  };
}

function lastTwoDays(timeZone: string): string[] {
  const today = runDateOf(null, systemClock.now(), timeZone);
  return [today, addDays(today, -1)];
}
