import type { Tx } from '@libs/platform';
import { type Work, type WorkFilter, WorkSources } from '@modules/projects';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { failedRowsPath } from './failed-rows';
import { PostbackWorkRepository, type PostbackWorkRow } from './persistence/postback-work.repository';

const kind = 'postbacks.metrics';

/** Shows what is posted to Optimove, by campaign and channel, among the long work of the project. */
@Injectable()
export class PostbackWork implements OnModuleInit {
  constructor(
    private readonly sources: WorkSources,
    private readonly postbacks: PostbackWorkRepository,
  ) {}

  onModuleInit(): void {
    this.sources.register({ kinds: [kind], list: (tx, filter) => this.list(tx, filter) });
  }

  private async list(tx: Tx, filter: WorkFilter): Promise<Work[]> {
    return (await this.postbacks.list(tx, filter)).map(toWork);
  }
}

function toWork(row: PostbackWorkRow): Work {
  const { id, connectionId, campaignId, channelId, total, owed, acknowledged, lastError, status, beganAt, lastAt } =
    row;
  const failed = total - owed - acknowledged;
  const settle = 'settle them with settlePostbacks';
  return {
    id,
    connectionId,
    kind,
    title: `Metrics of campaign ${campaignId} on channel ${channelId}`,
    status,
    triggeredBy: 'Totals of executions',
    total,
    processed: total - owed,
    succeeded: acknowledged,
    failed,
    detail:
      failed > 0 ? `${failed} values were refused or are uncertain; ${settle}. ${lastError ?? ''}`.trim() : lastError,
    failedRowsPath: failed > 0 ? failedRowsPath('totals', row) : null,
    createdAt: beganAt,
    startedAt: beganAt,
    finishedAt: owed > 0 ? null : lastAt,
  };
}
