import { LinkSigner } from '@libs/platform';
import { deliveryId, packRef } from '@modules/campaigns';
import type { Act } from './acts';
import type { Messages } from './messages';
import type { Person } from './people';

/** A request to the product, or to a far end that passes something on to it. */
export interface ActRequest {
  to: 'product' | 'far-end';
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Somebody with their messages and the secret of their phone. */
export interface Player {
  person: Person;
  messages: Messages;
  secret: string | null;
}

const target = 'https://example.com/offers';
const browser = {
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36',
};
const program = { 'user-agent': 'Barracuda Sentinel (EE)' };
const form = { ...browser, 'content-type': 'application/x-www-form-urlencoded' };
const json = { 'content-type': 'application/json' };
const ourNumber = '447700900000';

/** Makes the requests by which acts reach the product: the same links, reports, texts and calls as outside. */
export class ActRequests {
  private readonly signer: LinkSigner;
  private readonly lastDay = new Date(Date.now() + 86_400_000);

  constructor(encryptionKeys: string) {
    this.signer = new LinkSigner(encryptionKeys);
  }

  of(player: Player, act: Act): ActRequest {
    const [kind = '', ...rest] = act.split('-');
    const what = rest.join('-');
    if (kind === 'chose') return this.choosing(player, what);
    if (kind === 'text') return said(player, what);
    if (kind === 'push') return byApp(player, what);
    return this.withMail(player, what);
  }

  private withMail({ messages, person }: Player, what: string): ActRequest {
    if (what === 'opened') return { to: 'product', method: 'GET', path: this.link(messages, 'o'), headers: browser };
    if (what === 'fetched-by-program')
      return { to: 'product', method: 'GET', path: this.link(messages, 'o'), headers: program };
    if (what === 'clicked') {
      const path = `/t/c/${this.token(messages, target)}?to=${encodeURIComponent(target)}`;
      return { to: 'product', method: 'GET', path, headers: browser };
    }
    if (what === 'left') {
      const body = 'List-Unsubscribe=One-Click';
      return { to: 'product', method: 'POST', path: this.link(messages, 'u'), headers: form, body };
    }
    const report = { address: person.email, messageId: messages.mailId, fate: what };
    return farEnd('/email/reports', report);
  }

  private choosing({ messages }: Player, what: string): ActRequest {
    const boxes = { all: 'email=yes&sms=yes', mail: 'email=yes', texts: 'sms=yes', nothing: 'none=yes' };
    const body = boxes[what as keyof typeof boxes];
    return { to: 'product', method: 'POST', path: this.link(messages, 'p'), headers: form, body };
  }

  private link(messages: Messages, kind: 'o' | 'u' | 'p'): string {
    return `/t/${kind}/${this.token(messages, kind)}`;
  }

  private token({ executionId, seq, profileId }: Messages, bound: string): string {
    const isPersonal = bound === 'u' || bound === 'p';
    const ref = packRef({ executionId, seq, medium: 'EMAIL', ...(isPersonal ? { profileId } : {}) });
    return this.signer.sign(ref, { lastDay: this.lastDay, bound });
  }
}

function said({ person }: Player, word: string): ActRequest {
  return farEnd('/sms/texts', { from: person.number, to: ourNumber, text: word.toUpperCase() });
}

function byApp({ messages, secret }: Player, what: string): ActRequest {
  const headers = { authorization: `Bearer ${secret}` };
  if (what === 'off' || what === 'on') {
    const body = JSON.stringify({ subscribed: what === 'on' });
    const path = '/sdk/v1/device/push-subscription';
    return { to: 'product', method: 'PUT', path, headers: { ...headers, ...json }, body };
  }
  const { executionId, seq, deviceId } = messages;
  const id = deliveryId({ executionId, seq, medium: 'MOBILE_PUSH', addressKey: deviceId ?? '' });
  return { to: 'product', method: 'POST', path: `/sdk/v1/messages/${id}/${what}`, headers };
}

function farEnd(path: string, body: object): ActRequest {
  return { to: 'far-end', method: 'POST', path: `/control/far-ends${path}`, headers: json, body: JSON.stringify(body) };
}
