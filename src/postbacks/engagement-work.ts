import type { Tx } from '@libs/platform';
import { type Work, type WorkFilter, WorkSources } from '@modules/projects';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { failedRowsPath } from './failed-rows';
import { EngagementWorkRepository, type EngagementWorkRow } from './persistence/engagement-work.repository';

const kind = 'postbacks.engagement';

/** Shows whose engagement is posted to Optimove, by campaign and channel, among the long work of the project. */
@Injectable()
export class EngagementWork implements OnModuleInit {
  constructor(
    private readonly sources: WorkSources,
    private readonly batches: EngagementWorkRepository,
  ) {}

  onModuleInit(): void {
    this.sources.register({ kinds: [kind], list: (tx, filter) => this.list(tx, filter) });
  }

  private async list(tx: Tx, filter: WorkFilter): Promise<Work[]> {
    return (await this.batches.list(tx, filter)).map(toWork);
  }
}

function toWork(row: EngagementWorkRow): Work {
  const { id, connectionId, campaignId, channelId, batches, total, owed, acknowledged, lastError, status } = row;
  const failed = total - owed - acknowledged;
  const told = `${batches} ${batches === 1 ? 'batch' : 'batches'}`;
  return {
    id,
    connectionId,
    kind,
    title: `Engagement of campaign ${campaignId} on channel ${channelId}`,
    status,
    triggeredBy: 'What customers did',
    total,
    processed: total - owed,
    succeeded: acknowledged,
    failed,
    detail:
      failed > 0 ? `${told}; ${failed} customers were not told of. ${lastError ?? ''}`.trim() : (lastError ?? told),
    failedRowsPath: failed > 0 ? failedRowsPath('engagement', row) : null,
    createdAt: row.beganAt,
    startedAt: row.beganAt,
    finishedAt: owed > 0 ? null : row.settledAt,
  };
}
