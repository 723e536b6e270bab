import type { Inbox } from '../inbox/inbox';

/** The page that shows what the far ends received. */
export function inboxesPage(report: ReturnType<Inbox['report']>): string {
  return `<!doctype html><title>Inboxes</title><p>${report.email.received}</p>`;
}
