import type { ReceivedApns, ReceivedEmail, ReceivedPush, ReceivedSms, ReceivedWebPush } from '../inbox/messages';
import { type Html, html } from './html';

/** A notification as it lies on a lock screen. */
export function pushCard(push: ReceivedPush): Html {
  return card(
    push,
    html`
    <h3>${push.title || 'Data only, nothing shown'}</h3>
    <p class="text">${push.body}</p>
    ${facts([
      ['Phone', push.token],
      ['Delivery', push.deliveryId],
      ['Image', push.image],
      ...Object.entries(push.data).map(([name, value]): Fact => [`data.${name}`, value]),
    ])}`,
  );
}

/** A notification as it lies on the lock screen of an iPhone. */
export function apnsCard(push: ReceivedApns): Html {
  return card(
    push,
    html`
    <h3>${push.title || 'Data only, nothing shown'}</h3>
    <p class="text">${push.subtitle ? `${push.subtitle} · ` : ''}${push.body}</p>
    ${facts([
      ['Phone', push.token],
      ['Environment', push.environment],
      ['Delivery', push.deliveryId],
      ['Collapses with', push.collapseId],
      ['Image', push.image],
      ...Object.entries(push.data).map(([name, value]): Fact => [name, value]),
    ])}`,
  );
}

/** A notification in the corner of a desktop. */
export function webPushCard(push: ReceivedWebPush): Html {
  return card(
    push,
    html`
    <h3>${push.title}</h3>
    <p class="text">${push.body}</p>
    ${facts([
      ['Browser', push.endpoint],
      ['Delivery', push.deliveryId],
      ['Opens', push.url],
      ['Image', push.image],
      ['Buttons', push.buttons.join(', ')],
    ])}`,
  );
}

/** A mail as a reader opens it. */
export function emailCard(email: ReceivedEmail): Html {
  return card(
    email,
    html`
    <h3>${email.subject || 'No subject'}</h3>
    <p class="route"><span class="quiet">From</span> ${email.from}<br><span class="quiet">To</span> ${email.to}</p>
    <p class="text">${email.text}</p>
    ${facts([
      ['Delivery', email.deliveryId],
      ['Unsubscribe', email.listUnsubscribe],
    ])}`,
  );
}

/** A text as a phone shows it, in a bubble under its sender. */
export function smsCard(sms: ReceivedSms): Html {
  const parts = sms.parts === 1 ? '1 part' : `${sms.parts} parts`;
  return card(
    sms,
    html`
    <h3>${sms.from || 'No sender'} <span class="quiet">to ${sms.to}</span></h3>
    <p class="text bubble">${sms.text}</p>
    ${facts([
      ['Sent as', `${parts}, ${sms.encoding}`],
      ['Message', sms.messageId],
    ])}`,
  );
}

type Fact = [name: string, value: string | null];

function card({ at, messageId }: { at: string; messageId: string }, content: Html): Html {
  return html`<li data-id="${messageId}"><article>
    <time datetime="${at}">${at.slice(11, 19)}</time>${content}
  </article></li>`;
}

function facts(all: Fact[]): Html {
  const rows = all.filter(([, value]) => value).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`);
  return html`<details><summary>Details</summary><dl class="facts">${rows}</dl></details>`;
}
