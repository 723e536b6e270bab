import type { Medium } from '@libs/delivery';
import type { EngagementKind } from './engagement';

/** What an installation can report of a message. */
export const appReports = ['delivered', 'displayed', 'opened', 'clicked', 'dismissed'] as const;

/** One of {@link appReports}. */
export type AppReport = (typeof appReports)[number];

const kinds: Record<Exclude<AppReport, 'displayed'>, EngagementKind> = {
  delivered: 'DELIVERED',
  opened: 'OPENED',
  clicked: 'CLICKED',
  dismissed: 'DISMISSED',
};

/** What a report counts as. A notification that is displayed has arrived; what is displayed inside an app or site is opened. */
export function kindOfReport(report: AppReport, medium: Medium): EngagementKind {
  if (report !== 'displayed') return kinds[report];
  return medium === 'MOBILE_PUSH' || medium === 'WEB_PUSH' ? 'DELIVERED' : 'OPENED';
}
