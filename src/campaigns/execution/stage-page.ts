import type { RecipientRow } from '@libs/optimove-client';
import { isScheduledTime } from '../domain/execution/run-date';
import type { StagedPage } from '../persistence/ledger/audience.repository';
import type { SourcePage } from './recipient-sources/recipient-source';

const controlGroupAction = '1';

/** Sorts a page into rows that can be recipients and rows that are kept with a reason. */
export function stagePage(page: SourcePage): StagedPage {
  const rows: RecipientRow[] = [];
  const rejects: StagedPage['rejects'] = page.malformed.map(({ reason, raw }) => ({
    customerId: null,
    templateId: '',
    reason,
    raw,
  }));
  for (const row of page.rows) {
    if (isScheduledTime(row.scheduledTime)) rows.push(row);
    else {
      const reason = `ScheduledTime "${row.scheduledTime.slice(0, 40)}" is not YYYY-MM-DD HH:MM:SS`;
      rejects.push({
        customerId: row.customerId,
        templateId: row.templateId,
        reason,
        raw: JSON.stringify(row).slice(0, 2000),
      });
    }
  }
  return {
    skip: page.skip,
    nextSkip: page.nextSkip,
    received: page.received,
    rejects,
    rows: rows.map(({ actionId, ...row }) => ({ ...row, isControl: actionId === controlGroupAction })),
  };
}
