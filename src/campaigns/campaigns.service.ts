import { Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { toFunnel } from './domain/execution/funnel';
import { ExecutionRepository, type ExecutionRow } from './persistence/ledger/execution.repository';
import { FunnelRepository } from './persistence/ledger/funnel.repository';

/** The totals of one template of an execution, in distinct customers. */
export interface ExecutionTotals {
  projectId: string;
  connectionId: string;
  optimoveChannelId: number;
  optimoveCampaignId: string;
  optimoveTemplateId: string;
  sent: number;
  delivered: number;
  dropped: number;
}

/** What other modules may ask of campaigns. */
@Injectable()
export class CampaignsService {
  constructor(
    private readonly transactions: Transactions,
    private readonly executions: ExecutionRepository,
    private readonly funnels: FunnelRepository,
  ) {}

  /**
   * Cumulative totals of everything that the execution's campaign did on its channel, per template: all its
   * executions added up, because Optimove counts by campaign, channel and template.
   */
  async totals(executionId: string): Promise<ExecutionTotals[]> {
    const execution = await this.executions.find(this.transactions.pool, executionId);
    if (!execution) return [];
    const ids = await this.executions.ofSameCampaign(this.transactions.pool, execution);
    const [sums, tallies] = await Promise.all([this.funnels.templateSums(ids), this.funnels.tallies(ids)]);
    const templateIds = [...new Set(sums.map(({ templateId }) => templateId))].filter((id) => id !== '');
    return templateIds.map((templateId) => {
      const own = tallies.filter((tally) => tally.templateId === templateId);
      return totalsOf(execution, templateId, own);
    });
  }
}

function totalsOf(
  execution: ExecutionRow,
  optimoveTemplateId: string,
  tallies: { measure: string; count: number }[],
): ExecutionTotals {
  const { sent, delivered, dropped } = toFunnel({ received: 0, duplicates: 0, malformed: 0, tallies });
  return {
    projectId: execution.project_id,
    connectionId: execution.connection_id,
    optimoveChannelId: execution.optimove_channel_id,
    optimoveCampaignId: execution.optimove_campaign_id,
    optimoveTemplateId,
    sent,
    delivered,
    dropped,
  };
}
