import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Inbox } from '../inbox/inbox';
import { farMedia } from '../inbox/messages';
import { inboxesPage } from './inboxes-page';
import { script } from './script';
import { style } from './style';

const shownMessages = 60;

/** Nothing but the page's own script and style runs, whatever a message holds. */
const contentPolicy = [
  "default-src 'none'",
  "connect-src 'self'",
  "base-uri 'none'",
  `script-src '${hashOf(script)}'`,
  `style-src '${hashOf(style)}'`,
].join('; ');

/** Adds the page `GET /inboxes`, and `GET /inboxes/counts` by which it learns that something changed. */
export function addPageRoutes(app: FastifyInstance, inbox: Inbox): void {
  app.get('/inboxes', (_request, reply) => {
    reply.headers({ 'content-security-policy': contentPolicy, 'cache-control': 'no-store' });
    return reply.type('text/html; charset=utf-8').send(inboxesPage(inbox.report(shownMessages), versionOf(inbox)));
  });
  app.get('/inboxes/counts', (_request, reply) => {
    reply.header('cache-control', 'no-store');
    return { version: versionOf(inbox), ...inbox.report(0) };
  });
}

/** Changes with everything that the page shows. */
function versionOf(inbox: Inbox): string {
  const report = inbox.report(1);
  return farMedia.map((medium) => `${report[medium].received}.${report[medium].last[0]?.messageId ?? ''}`).join('-');
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
