import type { EngagementBatch, EngagementSetting } from '../domain/engagement';

/** A batch with its customers, and how the connection is set. */
export interface EngagementMessage {
  batch: EngagementBatch;
  setting: EngagementSetting;
  customers: { customerId: string; occurredAt: Date }[];
}
