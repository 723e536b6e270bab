import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '@libs/foundation';
import { Injectable } from '@nestjs/common';
import { type Funnel, toFunnel } from '../domain/execution/funnel';
import { ExecutionListRepository } from '../persistence/ledger/execution-list.repository';
import { FunnelRepository } from '../persistence/ledger/funnel.repository';
import { ExecutionNews } from './execution-news';

/** How far an execution is at one moment. */
export interface ExecutionProgress {
  executionId: string;
  state: string;
  at: Date;
  funnel: Funnel;
  ratePerSecond: number;
  estimatedEndAt: Date | null;
}

const shortestPauseMs = 500;
const longestWaitMs = 5_000;
const final = new Set(['COMPLETED', 'FAILED', 'CANCELLED']);

/** Follows an execution for whoever looks at it: at most two pictures a second, the last one when it is through. */
@Injectable()
export class WatchExecution {
  constructor(
    private readonly executions: ExecutionListRepository,
    private readonly funnels: FunnelRepository,
    private readonly news: ExecutionNews,
  ) {}

  /** Ends when the execution does, or at once when the project has no such one. */
  async *progress(projectId: string, executionId: string): AsyncGenerator<ExecutionProgress> {
    for (;;) {
      const news = this.news.next(executionId, longestWaitMs);
      const progress = await this.look(projectId, executionId);
      if (!progress) return;
      yield progress;
      if (final.has(progress.state)) return;
      await Promise.all([news, pause(shortestPauseMs)]);
    }
  }

  private async look(projectId: string, executionId: string): Promise<ExecutionProgress | null> {
    const execution = await this.executions.find(projectId, executionId);
    if (!execution) return null;
    const [sums, tallies, ratePerSecond] = await Promise.all([
      this.funnels.templateSums([executionId]),
      this.funnels.tallies([executionId]),
      this.funnels.recentRate(executionId),
    ]);
    const total = (field: 'received' | 'duplicates' | 'malformed'): number =>
      sums.reduce((sum, template) => sum + template[field], 0);
    const received = { received: total('received'), duplicates: total('duplicates'), malformed: total('malformed') };
    const funnel = toFunnel({ ...received, tallies });
    const at = systemClock.now();
    return {
      executionId,
      state: execution.state,
      at,
      funnel,
      ratePerSecond,
      estimatedEndAt: endOf(at, funnel, ratePerSecond),
    };
  }
}

function endOf(at: Date, { inProgress }: Funnel, ratePerSecond: number): Date | null {
  if (inProgress === 0 || ratePerSecond === 0) return null;
  return new Date(at.getTime() + (inProgress / ratePerSecond) * 1_000);
}
