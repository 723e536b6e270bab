import { AppError } from '@libs/foundation';
import { namesDecryptionKey, type OptimoveCallback } from '@libs/optimove-client';
import { Transactions } from '@libs/platform';
import type { ChannelView } from '@modules/channels';
import type { ConnectionView } from '@modules/connections';
import type { Actor } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import type { Refusal } from '../execution/announcement-of';
import { OwnCampaigns } from '../execution/own-campaigns';
import type { Announcement } from '../persistence/ledger/announcement.repository';
import { EngagementFilesRepository } from '../persistence/ledger/engagement-files.repository';
import type { ListSubject } from './dry-run.repository';
import type { JournalledCall } from './journal-list.repository';
import { type Replay, replayOf } from './replay';
import { nameOfList, StartDryRun } from './start-dry-run';

/** A call about whole lists. */
export interface ListCall {
  call: JournalledCall;
  connection: ConnectionView;
  callback: OptimoveCallback;
}

const noKey =
  'The key of its files is given up once their list is frozen, so they can be read no more; the execution has what became of everybody';
const ledNowhere = 'It led to no list in files';
const notOurs = 'No channel of the connection has a template of ours in this campaign';

/** Begins the rehearsals of the lists that a call leads to. */
@Injectable()
export class ReplayLists {
  constructor(
    private readonly transactions: Transactions,
    private readonly ownCampaigns: OwnCampaigns,
    private readonly engagements: EngagementFilesRepository,
    private readonly start: StartDryRun,
  ) {}

  /** The list of the API, of one channel. */
  async ofChannel(actor: Actor, { callback }: ListCall, subject: Announcement): Promise<Replay> {
    return replayOf('WHOLE_LIST', { callback, dryRunIds: [await this.begin(actor, subject)] });
  }

  /** The list in the files of an engagement, for as long as they can be read. */
  async inFiles(actor: Actor, { call, callback }: ListCall, subject: Announcement): Promise<Replay> {
    const { executionId } = call;
    const { pool } = this.transactions;
    const refused = replayOf('REFUSED', { callback, reason: call.reason ?? ledNowhere });
    if (executionId === null) return refused;
    const files = await this.engagements.ofExecution(pool, actor.projectId, executionId);
    if (!files) return refused;
    if (files.decryptionKey === null && namesDecryptionKey(callback)) {
      return replayOf('UNREADABLE', { callback, reason: noKey });
    }
    return replayOf('WHOLE_LIST', { callback, dryRunIds: [await this.begin(actor, subject, executionId)] });
  }

  /** The lists of every channel on which the campaign uses templates of ours. */
  async ofEveryChannel(actor: Actor, { connection, callback }: ListCall): Promise<Replay> {
    const { campaignId: optimoveCampaignId } = callback;
    if (optimoveCampaignId === null) return replayOf('NOTED', { callback, reason: 'CampaignID is missing' });
    if (connection.isDisabled) return replayOf('NOTED', { callback, reason: 'The connection is disabled' });
    const channels = await this.channelsOf(connection, optimoveCampaignId);
    if ('reason' in channels) return replayOf('REFUSED', { callback, ...channels });
    if (channels.length === 0) return replayOf('NOTED', { callback, reason: notOurs });
    const dryRunIds: string[] = [];
    for (const { optimoveChannelId } of channels) {
      dryRunIds.push(await this.begin(actor, { connectionId: connection.id, optimoveCampaignId, optimoveChannelId }));
    }
    return replayOf('WHOLE_LIST', { callback, dryRunIds });
  }

  private async channelsOf(connection: ConnectionView, campaignId: string): Promise<ChannelView[] | Refusal> {
    try {
      return await this.ownCampaigns.channelsOf(connection, campaignId);
    } catch (error) {
      if (error instanceof AppError) return { reason: error.message };
      throw error;
    }
  }

  private begin(
    actor: Actor,
    subject: Pick<Announcement, 'connectionId' | 'optimoveCampaignId' | 'optimoveChannelId'>,
    executionId?: string,
  ): Promise<string> {
    const { connectionId, optimoveCampaignId, optimoveChannelId } = subject;
    const request: ListSubject['request'] = { optimoveCampaignId, optimoveChannelId, smsPartPrice: null, executionId };
    return this.start.run(actor, nameOfList(request), { connectionId, kind: 'CALLBACK', request });
  }
}
