import { Readable } from 'node:stream';
import { csvLine } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Controller, Get, Header, Param, Query, StreamableFile } from '@nestjs/common';
import type { ExportFilter } from '../domain/export-filter';
import { postStates } from '../domain/metric';
import type { MetricTotalEntity } from '../persistence/metric-total.entity';
import { MetricTotalRepository } from '../persistence/metric-total.repository';
import { ExistingConnection } from './existing-connection';
import { type ExportQuery, readExport } from './read-export';

const pageSize = 5_000;
const columns = [
  ...['optimove_campaign_id', 'optimove_channel_id', 'optimove_template_id', 'metric', 'owed_value'],
  ...['acknowledged_value', 'uncertain_value', 'state', 'updated_at', 'reason'],
];

/** Totals as Optimove was told them, or refused them, as a CSV file, streamed. They name nobody. */
@Controller('postbacks')
export class TotalsExportController {
  constructor(
    private readonly connections: ExistingConnection,
    private readonly totals: MetricTotalRepository,
    private readonly transactions: Transactions,
  ) {}

  /** All of them, those of a campaign or a channel (`?campaignId=…&channelId=…`), or in some states (`?state=REFUSED`). */
  @Allow('postbacks.view')
  @Get(':connectionId/totals.csv')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="totals.csv"')
  async totalsOf(
    @CurrentActor() { projectId }: Actor,
    @Param('connectionId') connectionId: string,
    @Query() query: ExportQuery,
  ): Promise<StreamableFile> {
    const filter = readExport(query, postStates);
    await this.connections.assert(projectId, connectionId);
    return new StreamableFile(Readable.from(this.lines({ projectId, connectionId, ...filter })));
  }

  private async *lines(wanted: ExportFilter & { projectId: string; connectionId: string }): AsyncGenerator<string> {
    yield csvLine(columns);
    let afterId: string | null = null;
    for (;;) {
      const page = { afterId, limit: pageSize };
      const rows: MetricTotalEntity[] = await this.totals.page(this.transactions.pool, wanted, page);
      yield rows.map(toLine).join('');
      const last = rows.at(-1);
      if (!last || rows.length < pageSize) return;
      afterId = last.id;
    }
  }
}

function toLine(row: MetricTotalEntity): string {
  return csvLine([
    row.optimoveCampaignId,
    String(row.optimoveChannelId),
    row.optimoveTemplateId,
    row.metric,
    String(row.owedValue),
    String(row.acknowledgedValue),
    String(row.uncertainValue),
    row.state,
    row.updatedAt.toISOString(),
    row.lastError,
  ]);
}
