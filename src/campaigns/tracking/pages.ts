import type { Subscription } from '@modules/profiles';

/** What a form of the preference page shows. */
export interface ShownAnswers {
  email: Subscription;
  sms: Subscription;
}

const style = `body{font:17px/1.5 system-ui,sans-serif;max-width:34rem;margin:10vh auto;padding:0 1.25rem;color:#1c2430;background:#fff}
h1{font-size:1.5rem;line-height:1.25}fieldset{border:1px solid #8a94a6;border-radius:8px;margin:1.25rem 0;padding:1rem 1.25rem}
label{display:block;padding:.4rem 0}button{font:inherit;font-weight:600;padding:.7rem 1.4rem;border:0;border-radius:8px;background:#1646b8;color:#fff;cursor:pointer}
button:focus-visible,input:focus-visible{outline:3px solid #f2a900;outline-offset:2px}
@media(prefers-color-scheme:dark){body{background:#12161d;color:#e7ebf2}button{background:#7ea2ff;color:#0d1320}}`;

/** A page asking whether somebody really wants to leave. A link alone changes nothing: scanners follow links. */
export function unsubscribePage(medium: 'EMAIL' | 'SMS', preferencesUrl: string): string {
  const name = medium === 'SMS' ? 'text messages' : 'e-mails';
  return page(
    `Stop ${name}?`,
    `<p>You will get no more marketing ${name} from us.</p>
     <form method="post"><button name="List-Unsubscribe" value="One-Click">Unsubscribe</button></form>
     <p><a href="${preferencesUrl}">Choose what you want to get instead</a></p>`,
  );
}

/** A page with what the person said, to be changed; works without JavaScript. */
export function preferencesPage(answers: ShownAnswers): string {
  const box = (name: string, label: string, answer: Subscription): string =>
    `<label><input type="checkbox" name="${name}" value="yes"${answer === 'SUBSCRIBED' ? ' checked' : ''}> ${label}</label>`;
  return page(
    'What would you like to get from us?',
    `<form method="post"><fieldset><legend>Marketing messages</legend>
     ${box('email', 'E-mails', answers.email)}${box('sms', 'Text messages', answers.sms)}</fieldset>
     <button>Save</button></form>`,
  );
}

/** A page that says one thing. */
export function notePage(title: string, text: string): string {
  return page(title, `<p role="status">${text}</p>`);
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex"><title>${title}</title><style>${style}</style></head><body><main><h1>${title}</h1>${body}</main></body></html>`;
}
