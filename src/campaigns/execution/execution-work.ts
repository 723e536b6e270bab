import type { Tx } from '@libs/platform';
import { type Work, type WorkFilter, WorkSources } from '@modules/projects';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Funnel, toFunnel } from '../domain/execution/funnel';
import { ExecutionWorkRepository, type ExecutionWorkRow } from '../persistence/ledger/execution-work.repository';
import { FunnelRepository } from '../persistence/ledger/funnel.repository';

const kind = 'campaigns.execution';

/** Shows executions, from the reading of their list to the last hand-over, among the long work of the project. */
@Injectable()
export class ExecutionWork implements OnModuleInit {
  constructor(
    private readonly sources: WorkSources,
    private readonly executions: ExecutionWorkRepository,
    private readonly funnels: FunnelRepository,
  ) {}

  onModuleInit(): void {
    this.sources.register({ kinds: [kind], list: (tx, filter) => this.list(tx, filter) });
  }

  private async list(tx: Tx, filter: WorkFilter): Promise<Work[]> {
    const rows = await this.executions.list(tx, filter);
    const ids = rows.map(({ id }) => id);
    const sums = await this.funnels.templateSums(ids, tx);
    const tallies = await this.funnels.tallies(ids, tx);
    return rows.map((row) => {
      const own = sums.filter(({ executionId }) => executionId === row.id);
      const add = (of: 'received' | 'duplicates' | 'malformed') => own.reduce((sum, each) => sum + each[of], 0);
      const received = { received: add('received'), duplicates: add('duplicates'), malformed: add('malformed') };
      const counted = tallies.filter(({ executionId }) => executionId === row.id);
      return toWork(row, toFunnel({ ...received, tallies: counted }));
    });
  }
}

function toWork(row: ExecutionWorkRow, { received, ended, failed, uncertain }: Funnel): Work {
  const missed = failed + uncertain;
  return {
    id: row.id,
    connectionId: row.connectionId,
    kind,
    title: titleOf(row),
    status: row.status,
    triggeredBy: row.kind === 'DIRECT' ? 'Direct campaign' : 'Optimove',
    total: received === 0 ? null : received,
    processed: ended,
    succeeded: ended - missed,
    failed: missed,
    detail: detailOf(row, missed),
    failedRowsPath: failed > 0 ? `/executions/${row.id}/recipients.csv?endState=FAILED` : uncertainPath(row, uncertain),
    createdAt: row.announcedAt,
    startedAt: row.startedAt,
    finishedAt: row.completedAt,
  };
}

function uncertainPath({ id }: ExecutionWorkRow, uncertain: number): string | null {
  return uncertain > 0 ? `/executions/${id}/recipients.csv?endState=UNCERTAIN` : null;
}

function titleOf({ kind: kindOfRun, campaignId, runDate }: ExecutionWorkRow): string {
  if (kindOfRun === 'DIRECT') return `Execution of a Direct campaign on ${runDate}`;
  return `${kindOfRun === 'TRIGGERED' ? 'Triggered' : 'Scheduled'} execution of campaign ${campaignId} on ${runDate}`;
}

function detailOf({ state, reason, holdReason, isPaused, read }: ExecutionWorkRow, missed: number): string | null {
  if (state === 'READING') return `The list is read: ${read} rows so far`;
  if (state === 'COMPLETED') return missed > 0 ? 'Not everybody was reached; the failed rows say why' : null;
  if (state === 'FAILED' || state === 'CANCELLED') return reason;
  if (isPaused) return 'It is paused; resume it';
  return holdReason === null ? reason : `${holdReason}. Bring the data up to date, or override the exclusion rule`;
}
