import type { Tx } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import type { AppInOptimove } from './domain/app-in-optimove';
import type { EngagementNews } from './domain/engagement-news';
import type { EndState } from './domain/execution/end-state';
import { type EndStateCount, type FunnelInput, toFunnel } from './domain/execution/funnel';
import { PublicationRepository } from './persistence/authoring/publication.repository';
import { EngagementNewsRepository } from './persistence/ledger/engagement-news.repository';
import { ExecutionRepository, type OptimoveExecutionRow } from './persistence/ledger/execution.repository';
import { FunnelRepository } from './persistence/ledger/funnel.repository';
import { TotalsChangeRepository } from './persistence/ledger/totals-change.repository';

/** The totals of one template of an execution, in distinct customers. */
export interface ExecutionTotals {
  projectId: string;
  /** Over which Optimove is told of them. */
  connectionId: string;
  optimoveChannelId: number;
  optimoveCampaignId: string;
  optimoveTemplateId: string;
  sent: number;
  delivered: number;
  /** Who got nothing and did not bounce: refused before a hand-over, or failed. */
  dropped: number;
  opened: number;
  clicked: number;
  unsubscribed: number;
  complained: number;
  bounced: number;
  /** Optimove is told nothing of the campaign after that. */
  closesAt: Date;
}

/** What other modules may ask of campaigns. */
@Injectable()
export class CampaignsService {
  constructor(
    private readonly executions: ExecutionRepository,
    private readonly funnels: FunnelRepository,
    private readonly changes: TotalsChangeRepository,
    private readonly engagement: EngagementNewsRepository,
    private readonly publications: PublicationRepository,
    private readonly connections: ConnectionsService,
  ) {}

  /** Apps for which templates of a connection are, or are to be, offered in Optimove, by channel. */
  appsInOptimove(tx: Tx, connection: { projectId: string; connectionId: string }): Promise<AppInOptimove[]> {
    return this.publications.appsInOptimove(tx, connection);
  }

  /** Executions whose totals may have changed, at most so many changes; they are given out again if `tx` fails. */
  takeChangedTotals(tx: Tx, limit: number): Promise<string[]> {
    return this.changes.take(tx, limit);
  }

  /** Has them given out again later. */
  keepChangedTotals(tx: Tx, executionIds: string[]): Promise<void> {
    return this.changes.add(tx, executionIds);
  }

  /** What Optimove's customers did with their messages for the first time; given out again if `tx` fails. */
  takeEngagement(tx: Tx, limit: number): Promise<{ taken: number; news: EngagementNews[] }> {
    return this.engagement.take(tx, limit);
  }

  /**
   * Cumulative totals of everything that the execution's campaign did on its channel, per template: all its executions
   * over all connections to the account added up, because Optimove counts by campaign, channel and template. Of a Direct
   * campaign it hears nothing.
   */
  async totals(tx: Tx, executionId: string): Promise<ExecutionTotals[]> {
    const execution = await this.executions.find(tx, executionId);
    if (!execution || execution.kind === 'DIRECT') return [];
    const ids = await this.executions.ofSameCampaign(tx, execution);
    const sums = await this.funnels.templateSums(ids, tx);
    const tallies = await this.funnels.tallies(ids, tx);
    const closesAt = await this.engagement.closesAt(tx, executionId);
    const connectionId = await this.tellingConnection(tx, execution);
    if (connectionId === null) return [];
    const templateIds = [...new Set(sums.map(({ templateId }) => templateId))].filter((id) => id !== '');
    return templateIds.map((templateId) => {
      const own = tallies.filter((tally) => tally.templateId === templateId);
      return totalsOf(execution, templateId, { tallies: own, closesAt, connectionId });
    });
  }

  /** Its own, or where that is off another one to the account; null where that account has none any more. */
  private async tellingConnection(
    tx: Tx,
    { project_id, account_id, connection_id }: OptimoveExecutionRow,
  ): Promise<string | null> {
    const all = await this.connections.ofAccount(tx, project_id, account_id);
    const inUse = all.filter(({ isOff }) => !isOff);
    const candidates = inUse.length > 0 ? inUse : all;
    const teller = candidates.find(({ id }) => id === connection_id) ?? candidates[0];
    return teller?.id ?? null;
  }
}

/** Optimove meant these people to get nothing, or counts them elsewhere. */
const notDropped: EndState[] = ['CONTROL_GROUP', 'DUPLICATE'];

function sumOf(counts: EndStateCount[], states: EndState[]): number {
  return counts.filter(({ state }) => states.includes(state)).reduce((sum, { count }) => sum + count, 0);
}

function totalsOf(
  execution: OptimoveExecutionRow,
  optimoveTemplateId: string,
  { tallies, ...told }: Pick<ExecutionTotals, 'closesAt' | 'connectionId'> & Pick<FunnelInput, 'tallies'>,
): ExecutionTotals {
  const funnel = toFunnel({ received: 0, duplicates: 0, malformed: 0, tallies });
  const { sent, delivered, dropped, failed, opened, clicked, unsubscribed, complained, bounced, endStates } = funnel;
  return {
    ...told,
    projectId: execution.project_id,
    optimoveChannelId: execution.optimove_channel_id,
    optimoveCampaignId: execution.optimove_campaign_id,
    optimoveTemplateId,
    sent,
    delivered,
    dropped: dropped + failed - funnel.failedAsBounced - sumOf(endStates, notDropped),
    opened,
    clicked,
    unsubscribed,
    complained,
    bounced,
  };
}
