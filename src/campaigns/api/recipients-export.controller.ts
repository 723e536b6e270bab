import { Readable } from 'node:stream';
import { csvLine, isUuid } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { type Actor, Allow, AuditTrail, CurrentActor } from '@modules/projects';
import {
  BadRequestException,
  Controller,
  Get,
  Header,
  NotFoundException,
  Param,
  Query,
  StreamableFile,
} from '@nestjs/common';
import { endStates } from '../domain/execution/end-state';
import { ExecutionListRepository } from '../persistence/ledger/execution-list.repository';
import {
  type ExportedDelivery,
  type ExportedRecipient,
  type ExportedReject,
  type ExportFilter,
  ExportRepository,
} from '../persistence/ledger/export.repository';

const pageSize = 5_000;
const longestReason = 200;
const recipientColumns = [
  'customer_id',
  'optimove_template_id',
  'due_at',
  'end_state',
  'reason',
  'ended_at',
  'deliveries',
];
const rejectColumns = ['customer_id', 'optimove_template_id', 'end_state', 'reason'];

type Wanted = Omit<ExportFilter, 'afterSeq' | 'limit'>;

/** Customers of an execution as CSV files, streamed page by page. Every download is audited. */
@Controller('executions')
export class RecipientsExportController {
  constructor(
    private readonly executions: ExecutionListRepository,
    private readonly exports: ExportRepository,
    private readonly transactions: Transactions,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * Every row that Optimove listed, recipients with their deliveries first, or those of one end state (`?endState=…`) or
   * reason (`?reason=part of it`): as many as the funnel says.
   */
  @Allow('campaigns.view')
  @Get(':id/recipients.csv')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="recipients.csv"')
  async recipients(
    @CurrentActor() actor: Actor,
    @Param('id') id: string,
    @Query('endState') endState?: string,
    @Query('reason') reason?: string,
  ): Promise<StreamableFile> {
    const wanted = await this.open(actor, 'recipients', { id, endState, reason });
    return new StreamableFile(Readable.from(this.allLines(wanted)));
  }

  /** Listed rows that are no recipients: `MALFORMED` and `DUPLICATE` ones, or one kind of them (`?endState=…`). */
  @Allow('campaigns.view')
  @Get(':id/rejects.csv')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="rejects.csv"')
  async rejects(
    @CurrentActor() actor: Actor,
    @Param('id') id: string,
    @Query('endState') endState?: string,
  ): Promise<StreamableFile> {
    const wanted = await this.open(actor, 'rejects', { id, endState });
    return new StreamableFile(Readable.from(this.rejectLines(wanted)));
  }

  private async open(
    actor: Actor,
    file: string,
    { id, endState, reason }: { id: string; endState?: string; reason?: string },
  ): Promise<Wanted> {
    if (endState && !endStates.some((state) => state === endState)) {
      throw new BadRequestException(`endState must be one of ${endStates.join(', ')}`);
    }
    if (reason && reason.length > longestReason) {
      throw new BadRequestException(`reason must have at most ${longestReason} characters`);
    }
    const execution = isUuid(id) ? await this.executions.find(actor.projectId, id) : null;
    if (!execution) throw new NotFoundException(`There is no execution ${id} in this project`);
    const filters = { endState: endState || null, reason: reason || null };
    const subject = { type: 'execution', id };
    await this.transactions.run((tx) =>
      this.audit.record(tx, actor, { action: 'execution.exported', subject, after: { file, ...filters } }),
    );
    return { projectId: actor.projectId, executionId: id, ...filters };
  }

  private async *allLines(wanted: Wanted): AsyncGenerator<string> {
    yield csvLine(recipientColumns);
    yield* this.recipientLines(wanted);
    for await (const rejects of this.rejected(wanted)) yield rejects.map(toRecipientLine).join('');
  }

  private async *recipientLines(wanted: Wanted): AsyncGenerator<string> {
    let afterSeq = 0;
    for (;;) {
      const rows = await this.exports.recipients({ ...wanted, afterSeq, limit: pageSize });
      const deliveries = await this.exports.deliveries(
        wanted.executionId,
        rows.map(({ seq }) => seq),
      );
      yield rows.map((row) => toLine(row, deliveries.get(row.seq) ?? [])).join('');
      const last = rows.at(-1);
      if (!last || rows.length < pageSize) return;
      afterSeq = last.seq;
    }
  }

  private async *rejectLines(wanted: Wanted): AsyncGenerator<string> {
    yield csvLine(rejectColumns);
    for await (const rows of this.rejected(wanted)) {
      yield rows.map((row) => csvLine([row.customerId, row.optimoveTemplateId, row.state, row.reason])).join('');
    }
  }

  private async *rejected(wanted: Wanted): AsyncGenerator<ExportedReject[]> {
    let after = { reading: 0, rowNo: -1 };
    for (;;) {
      const rows = await this.exports.rejects({ ...wanted, limit: pageSize }, after);
      yield rows;
      const last = rows.at(-1);
      if (!last || rows.length < pageSize) return;
      after = last;
    }
  }
}

/** A reject in the columns of recipients: it was never due, and nothing was handed over. */
function toRecipientLine({ customerId, optimoveTemplateId, state, reason }: ExportedReject): string {
  return csvLine([customerId, optimoveTemplateId, null, state, reason, null, '']);
}

function toLine(row: ExportedRecipient, deliveries: ExportedDelivery[]): string {
  const { customerId, optimoveTemplateId, dueAt, endState, reason, endedAt } = row;
  return csvLine([
    customerId,
    optimoveTemplateId,
    dueAt.toISOString(),
    endState,
    reason,
    endedAt?.toISOString() ?? null,
    deliveries.map(toText).join('; '),
  ]);
}

/** `SMS ACCEPTED 2026-05-04T16:00:00.000Z, DELIVERED`, with the tries when there were several and the reason if any. */
function toText({ medium, state, reason, attempts, claimedAt, receiptStatus }: ExportedDelivery): string {
  const tries = attempts > 1 ? ` (${attempts} tries)` : '';
  return [`${medium} ${state}${tries} ${claimedAt.toISOString()}`, receiptStatus, reason]
    .filter((part) => part !== null)
    .join(', ');
}
