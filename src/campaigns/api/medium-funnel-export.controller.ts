import { Readable } from 'node:stream';
import { csvLine, groupBy, isUuid } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { type Actor, Allow, AuditTrail, CurrentActor } from '@modules/projects';
import { Controller, Get, Header, NotFoundException, Param, StreamableFile } from '@nestjs/common';
import { type MediumFunnel, ratesOf, toMediumFunnels } from '../domain/execution/medium-funnel';
import { CampaignRepository } from '../persistence/authoring/campaign.repository';
import { DirectCampaignRepository } from '../persistence/direct/direct-campaign.repository';
import { ExecutionListRepository, type ListedExecution } from '../persistence/ledger/execution-list.repository';
import { type LinkClicks, MediumFunnelRepository } from '../persistence/ledger/medium-funnel.repository';

const executionsAtOnce = 20;
const executionColumns = ['execution_id', 'run_date'];
const mediaColumns = [
  ...executionColumns,
  ...['medium', 'sent', 'delivered', 'bounced', 'opened', 'opens', 'machine_opens', 'clicked', 'clicks'],
  ...['machine_clicks', 'unsubscribed', 'complained', 'delivery_rate', 'bounce_rate', 'open_rate', 'click_rate'],
  ...['click_to_open_rate', 'unsubscribe_rate', 'complaint_rate'],
];
const linkColumns = [...executionColumns, 'medium', 'position', 'link', 'clicked', 'clicks', 'machine_clicks'];

type File = 'media' | 'links';
/** An execution, or every execution of a campaign with what is of that campaign. */
type Owner = { projectId: string; type: 'execution' | 'campaign'; id: string };

/** What became of messages by medium and by link as CSV files, streamed. Every download is audited. */
@Controller()
export class MediumFunnelExportController {
  constructor(
    private readonly executions: ExecutionListRepository,
    private readonly campaigns: CampaignRepository,
    private readonly directCampaigns: DirectCampaignRepository,
    private readonly funnels: MediumFunnelRepository,
    private readonly transactions: Transactions,
    private readonly audit: AuditTrail,
  ) {}

  /** A line for each medium of an execution. */
  @Allow('campaigns.view')
  @Get('executions/:id/media.csv')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="media.csv"')
  mediaOfExecution(@CurrentActor() actor: Actor, @Param('id') id: string): Promise<StreamableFile> {
    return this.open(actor, { type: 'execution', id }, 'media');
  }

  /** A line for each link of an execution, in the order of the content. */
  @Allow('campaigns.view')
  @Get('executions/:id/links.csv')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="links.csv"')
  linksOfExecution(@CurrentActor() actor: Actor, @Param('id') id: string): Promise<StreamableFile> {
    return this.open(actor, { type: 'execution', id }, 'links');
  }

  /** The same of every execution of a campaign, Direct ones too, newest first. */
  @Allow('campaigns.view')
  @Get('campaigns/:id/media.csv')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="media.csv"')
  mediaOfCampaign(@CurrentActor() actor: Actor, @Param('id') id: string): Promise<StreamableFile> {
    return this.open(actor, { type: 'campaign', id }, 'media');
  }

  /** The same of every execution of a campaign, Direct ones too, newest first. */
  @Allow('campaigns.view')
  @Get('campaigns/:id/links.csv')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="links.csv"')
  linksOfCampaign(@CurrentActor() actor: Actor, @Param('id') id: string): Promise<StreamableFile> {
    return this.open(actor, { type: 'campaign', id }, 'links');
  }

  private async open(actor: Actor, { type, id }: Omit<Owner, 'projectId'>, file: File): Promise<StreamableFile> {
    const owner = { projectId: actor.projectId, type, id };
    if (!isUuid(id) || !(await this.exists(owner)))
      throw new NotFoundException(`There is no ${type} ${id} in this project`);
    const entry = { action: `${type}.exported`, subject: { type, id }, after: { file } };
    await this.transactions.run((tx) => this.audit.record(tx, actor, entry));
    return new StreamableFile(Readable.from(this.lines(owner, file)));
  }

  private async exists({ projectId, type, id }: Owner): Promise<boolean> {
    if (type === 'execution') return (await this.executions.find(projectId, id)) !== null;
    const { pool } = this.transactions;
    return Boolean(
      (await this.campaigns.find(pool, projectId, id)) ?? (await this.directCampaigns.find(pool, projectId, id)),
    );
  }

  private async *lines(owner: Owner, file: File): AsyncGenerator<string> {
    yield csvLine(file === 'media' ? mediaColumns : linkColumns);
    const linesOf = file === 'media' ? this.mediaLines : this.linkLines;
    for await (const executions of this.pages(owner)) yield (await linesOf.call(this, owner, executions)).join('');
  }

  private async *pages({ projectId, type, id }: Owner): AsyncGenerator<ListedExecution[]> {
    if (type === 'execution') {
      const execution = await this.executions.find(projectId, id);
      yield execution ? [execution] : [];
      return;
    }
    let beforeId: string | null = null;
    for (;;) {
      const page = { projectId, campaignId: id, connectionId: null, state: null, beforeId, limit: executionsAtOnce };
      const rows: ListedExecution[] = await this.executions.list(page);
      yield rows;
      const last = rows.at(-1);
      if (!last || rows.length < executionsAtOnce) return;
      beforeId = last.id;
    }
  }

  private async mediaLines({ projectId, type, id }: Owner, executions: ListedExecution[]): Promise<string[]> {
    const wanted = { ids: executions.map((each) => each.id), campaignId: type === 'campaign' ? id : null };
    const rows = groupBy(await this.funnels.tallies(projectId, 'EXECUTION', wanted), ({ ownerId }) => ownerId);
    return executions.flatMap((execution) =>
      toMediumFunnels(rows.get(execution.id) ?? []).map((funnel) => toMediumLine(execution, funnel)),
    );
  }

  private async linkLines({ projectId, type, id }: Owner, executions: ListedExecution[]): Promise<string[]> {
    const ids = executions.map((each) => each.id);
    const links = await this.funnels.linksOf(projectId, ids, type === 'campaign' ? id : null);
    const rows = groupBy(links, ({ ownerId }) => ownerId);
    return executions.flatMap((execution) => (rows.get(execution.id) ?? []).map((link) => toLinkLine(execution, link)));
  }
}

function toMediumLine({ id, runDate }: ListedExecution, funnel: MediumFunnel): string {
  const { sent, delivered, bounced, opened, opens, machineOpens, clicked, clicks, machineClicks } = funnel;
  const { deliveryRate, bounceRate, openRate, clickRate, clickToOpenRate, unsubscribeRate, complaintRate } =
    ratesOf(funnel);
  const counts = [
    ...[sent, delivered, bounced, opened, opens, machineOpens, clicked, clicks, machineClicks],
    ...[funnel.unsubscribed, funnel.complained],
  ];
  const rates = [deliveryRate, bounceRate, openRate, clickRate, clickToOpenRate, unsubscribeRate, complaintRate];
  return csvLine([id, runDate, funnel.medium, ...counts.map(String), ...rates.map((rate) => rate?.toFixed(4) ?? null)]);
}

function toLinkLine({ id, runDate }: ListedExecution, row: LinkClicks): string {
  const { medium, position, link, clicked, clicks, machineClicks } = row;
  const place = link === null ? null : String(position);
  return csvLine([id, runDate, medium, place, link, ...[clicked, clicks, machineClicks].map(String)]);
}
