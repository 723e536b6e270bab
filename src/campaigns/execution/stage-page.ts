import { isScheduledTime } from '../domain/execution/run-date';
import type { StagedPage } from '../persistence/ledger/audience.repository';
import type { SourcePage } from './recipient-sources/recipient-source';

const controlGroupAction = '1';

/** Sorts a page into rows that can be recipients and rows that are kept with a reason. */
export function stagePage(page: SourcePage): StagedPage {
  const { skip, nextSkip, received } = page;
  const rows: StagedPage['rows'] = [];
  const rejects: StagedPage['rejects'] = page.malformed.map(({ reason, raw }) => ({
    customerId: null,
    templateId: '',
    reason,
    raw,
  }));
  for (const row of page.rows) {
    const { customerId, templateId, scheduledTime, attributes, actionId } = row;
    if (isScheduledTime(scheduledTime)) {
      const isControl = actionId === controlGroupAction;
      rows.push({ customerId, templateId, scheduledTime, attributes, isControl });
      continue;
    }
    const reason = `ScheduledTime "${scheduledTime.slice(0, 40)}" is not YYYY-MM-DD HH:MM:SS`;
    rejects.push({ customerId, templateId, reason, raw: JSON.stringify(row).slice(0, 2000) });
  }
  return { skip, nextSkip, received, rejects, rows };
}
