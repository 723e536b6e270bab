import type { Inbox } from '../inbox/inbox';
import type { InboxCounts } from '../inbox/medium-inbox';
import type { FarMedium } from '../inbox/messages';
import { apnsCard, emailCard, pushCard, smsCard, webPushCard } from './cards';
import { Html, html } from './html';
import { script } from './script';
import { style } from './style';

type Report = ReturnType<Inbox['report']>;

interface Column {
  medium: FarMedium;
  title: string;
  empty: string;
  counts: InboxCounts;
  cards: Html[];
}

/** The page that shows what the far ends received: works without script, refreshes itself with it. */
export function inboxesPage({ mobilePush, apns, webPush, email, sms }: Report, version: string): string {
  const columns = [
    column({
      medium: 'mobilePush',
      title: 'Phone notifications by FCM',
      empty: 'No notification has arrived yet.',
      counts: mobilePush,
      cards: mobilePush.last.map(pushCard),
    }),
    column({
      medium: 'apns',
      title: 'Phone notifications by APNs',
      empty: 'No notification for iPhones has arrived yet.',
      counts: apns,
      cards: apns.last.map(apnsCard),
    }),
    column({
      medium: 'webPush',
      title: 'Browser notifications',
      empty: 'No browser notification has arrived yet.',
      counts: webPush,
      cards: webPush.last.map(webPushCard),
    }),
    column({
      medium: 'email',
      title: 'E-mails',
      empty: 'No e-mail has arrived yet.',
      counts: email,
      cards: email.last.map(emailCard),
    }),
    column({
      medium: 'sms',
      title: 'SMS',
      empty: 'No text message has arrived yet.',
      counts: sms,
      cards: sms.last.map(smsCard),
    }),
  ];
  return document(html`<main data-version="${version}">${columns}</main>`).markup;
}

function document(main: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Inboxes of the sandbox</title>
<style>${new Html(style)}</style>
</head>
<body>
<header class="page-head">
  <h1>Inboxes</h1>
  <p class="status" role="status">Newest first, times in UTC</p>
  <button type="button" hidden>Pause updates</button>
</header>
${main}
<script>${new Html(script)}</script>
</body>
</html>`;
}

function column({ medium, title, empty, counts, cards }: Column): Html {
  return html`<section id="${medium}" data-medium="${medium}" aria-labelledby="${medium}-title">
  <div class="column-head">
    <h2 id="${medium}-title">${title}</h2>
    ${countList(counts)}
    <p class="more"><a href="control/inboxes/${medium}/addresses.csv" aria-label="Addresses as CSV: ${title}">Addresses as CSV</a></p>
  </div>
  <ol aria-label="${title}, newest first">${cards}</ol>
  <p class="empty">${empty}</p>
</section>
`;
}

function countList({ received, unique, duplicates, recipients }: InboxCounts): Html {
  return html`<dl class="counts">
    <div><dt>received</dt><dd>${grouped(received)}</dd></div>
    <div><dt>deliveries</dt><dd>${grouped(unique)}</dd></div>
    <div><dt>addresses</dt><dd>${grouped(recipients)}</dd></div>
    <div class="${duplicates > 0 ? 'warn' : ''}"><dt>duplicates</dt><dd>${grouped(duplicates)}</dd></div>
  </dl>`;
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
