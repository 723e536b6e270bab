import { Readable } from 'node:stream';
import { csvLine } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { type Actor, Allow, AuditTrail, CurrentActor } from '@modules/projects';
import { Controller, Get, Header, Param, Query, StreamableFile } from '@nestjs/common';
import { batchStates } from '../domain/engagement';
import { EngagementEventRepository, type ExportedEvent } from '../persistence/engagement-event.repository';
import { ExistingConnection } from './existing-connection';
import { type ExportQuery, readExport } from './read-export';

const pageSize = 5_000;
const columns = [
  'customer_id',
  'optimove_campaign_id',
  'optimove_channel_id',
  'optimove_template_id',
  'event',
  'occurred_at',
  'state',
  'doubts',
  'batch_id',
  'reason',
];

/** What Optimove was told, or refused, of each customer as a CSV file, streamed. Every download is audited. */
@Controller('postbacks')
export class EngagementExportController {
  constructor(
    private readonly connections: ExistingConnection,
    private readonly events: EngagementEventRepository,
    private readonly transactions: Transactions,
    private readonly audit: AuditTrail,
  ) {}

  /** All of them, or of one batch (`?batchId=…`), campaign or channel (`?campaignId=…&channelId=…`), or state (`?state=REFUSED`). */
  @Allow('postbacks.view')
  @Get(':connectionId/engagement.csv')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="engagement.csv"')
  async engagement(
    @CurrentActor() actor: Actor,
    @Param('connectionId') connectionId: string,
    @Query() query: ExportQuery,
  ): Promise<StreamableFile> {
    const filter = readExport(query, batchStates);
    const { projectId } = actor;
    await this.connections.assert(projectId, connectionId);
    const subject = { type: 'connection', id: connectionId };
    await this.transactions.run((tx) =>
      this.audit.record(tx, actor, { action: 'engagement-postback.exported', subject, after: filter }),
    );
    return new StreamableFile(Readable.from(this.lines({ projectId, connectionId, ...filter })));
  }

  private async *lines(wanted: Parameters<EngagementEventRepository['page']>[1]): AsyncGenerator<string> {
    yield csvLine(columns);
    let afterId = '0';
    for (;;) {
      const rows = await this.events.page(this.transactions.pool, wanted, { afterId, limit: pageSize });
      yield rows.map(toLine).join('');
      const last = rows.at(-1);
      if (!last || rows.length < pageSize) return;
      afterId = last.id;
    }
  }
}

function toLine(row: ExportedEvent): string {
  return csvLine([
    row.customerId,
    row.optimoveCampaignId,
    String(row.optimoveChannelId),
    row.optimoveTemplateId,
    row.event,
    row.occurredAt.toISOString(),
    row.state,
    String(row.doubts),
    row.batchId,
    row.lastError,
  ]);
}
