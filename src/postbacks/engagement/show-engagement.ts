import { Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { alarmingAgeHours, type EngagementSetting } from '../domain/engagement';
import { EngagementBatchRepository, type EngagementSums } from '../persistence/engagement-batch.repository';
import { EngagementSettingRepository } from '../persistence/engagement-setting.repository';

/** How a connection tells Optimove of engagement, and how that stands; without its secret. */
export interface EngagementView extends Omit<EngagementSetting, 'eventsToken' | 'projectId'>, EngagementSums {
  hasEventsToken: boolean;
  /** What somebody should look at; null when nothing. */
  alarm: string | null;
}

const hourMs = 3_600_000;

/** Shows how engagement on its way to Optimove stands. */
@Injectable()
export class ShowEngagement {
  constructor(
    private readonly transactions: Transactions,
    private readonly settings: EngagementSettingRepository,
    private readonly batches: EngagementBatchRepository,
  ) {}

  async of(projectId: string, connectionId: string): Promise<EngagementView> {
    const { pool } = this.transactions;
    const { eventsToken, ...setting } = await this.settings.of(pool, { projectId, connectionId });
    const sums = await this.batches.sums(pool, projectId, connectionId);
    return { ...setting, ...sums, hasEventsToken: eventsToken !== null, alarm: alarmOf(sums) };
  }
}

function alarmOf({ oldestOwedAt, uncertain, refused, expired }: EngagementSums): string | null {
  if (oldestOwedAt && Date.now() - oldestOwedAt.getTime() > alarmingAgeHours * hourMs) {
    return `Optimove has not been told of events since ${oldestOwedAt.toISOString()}; after seven days it takes them no more`;
  }
  if (expired > 0) return `${expired} events were not told in seven days`;
  if (refused > 0) return `Optimove refused ${refused} events; see their batches`;
  return uncertain > 0 ? `${uncertain} events may have counted; check or settle their batches` : null;
}
