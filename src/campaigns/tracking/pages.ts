import type { Subscription } from '@modules/profiles';
import { pageStyle } from './page-style';
import { shownField } from './preference-form';

/** What a form of the preference page shows. */
export interface ShownAnswers {
  email: Subscription;
  sms: Subscription;
  /** Where messages go, so far shown that the person knows it and nobody else; null when there is no such address. */
  emailHint: string | null;
  numberHint: string | null;
}

/** A page asking whether somebody really wants to leave. A link alone changes nothing: scanners follow links. */
export function unsubscribePage(medium: 'EMAIL' | 'SMS', preferencesUrl: string): string {
  const name = nameOf(medium);
  return page(
    `Stop ${name}?`,
    `<p>You will get no more marketing ${name} from us. Messages about your account may still reach you.</p>
     <form method="post" class="actions"><button name="List-Unsubscribe" value="One-Click">Yes, stop ${name}</button></form>
     <p><a href="${preferencesUrl}">Choose what you want to get instead</a></p>`,
  );
}

/** A page with what the person said, to be changed; works without JavaScript. */
export function preferencesPage({ email, sms, emailHint, numberHint }: ShownAnswers): string {
  const box = (name: string, label: string, { answer, hint }: { answer: Subscription; hint: string | null }): string =>
    `<input type="hidden" name="${shownField(name)}" value="${answer}">
     <label><input type="checkbox" name="${name}" value="yes"${answer === 'SUBSCRIBED' ? ' checked' : ''}>
     <span>${label}${hint ? `<small>to ${escaped(hint)}</small>` : ''}</span></label>`;
  return page(
    'What would you like to get from us?',
    `<p>Tick what you want. You can change your mind whenever you like.</p>
     <form method="post"><fieldset><legend>Marketing messages</legend>
     ${box('email', 'E-mails', { answer: email, hint: emailHint })}
     ${box('sms', 'Text messages', { answer: sms, hint: numberHint })}</fieldset>
     <div class="actions"><button>Save</button><button class="plain" name="none" value="yes">Stop everything</button></div></form>`,
  );
}

/** A page saying that it is done, with the way to the choices. */
export function donePage(title: string, text: string, preferencesUrl: string): string {
  return page(
    title,
    `<p role="status">${text}</p><p><a href="${preferencesUrl}">Change what you get from us</a></p>`,
    '<div class="mark" aria-hidden="true">✓</div>',
  );
}

/** A page for a link that leads nowhere any more. */
export function gonePage(): string {
  return page(
    'This link is no longer good',
    `<p role="status">It is too old, or it was changed on its way: some programs cut long links off.</p>
     <p>Please open the link in a newer message from us, or copy it as a whole.</p>`,
    '<div class="mark calm" aria-hidden="true">?</div>',
  );
}

/** What messages of a medium are called. */
export function nameOf(medium: 'EMAIL' | 'SMS'): string {
  return medium === 'SMS' ? 'text messages' : 'e-mails';
}

function page(title: string, body: string, mark = ''): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex"><title>${title}</title><style>${pageStyle}</style></head><body><main>${mark}<h1>${title}</h1>${body}</main></body></html>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
