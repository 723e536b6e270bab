import { createECDH, type ECDH, randomBytes } from 'node:crypto';

/** What stands in endpoints for the name of a push service. */
export const pushServiceOrigin = 'https://push.sandbox.example';

/** A browser's subscription as `PushSubscription.toJSON()` gives it. */
export interface BrowserSubscription {
  endpoint: string;
  keys: { p256dh: string; auth: string };
}

/** What a browser keeps to itself. */
export interface Browser {
  endpoint: string;
  pair: ECDH;
  auth: Buffer;
  /** Only messages signed with this key are let through; any when null. */
  applicationServerKey: string | null;
}

/** The browsers that subscribed, until they unsubscribe or the sandbox ends. */
export class Subscriptions {
  private readonly browsers = new Map<string, Browser>();

  /** A fresh browser; RFC 8292 lets it name the only sender that it wants. */
  subscribe(applicationServerKey: string | null): BrowserSubscription {
    const id = randomBytes(16).toString('base64url');
    const pair = createECDH('prime256v1');
    const browser = { endpoint: `${pushServiceOrigin}/send/${id}`, pair, auth: randomBytes(16), applicationServerKey };
    const p256dh = pair.generateKeys('base64url');
    this.browsers.set(id, browser);
    return { endpoint: browser.endpoint, keys: { p256dh, auth: browser.auth.toString('base64url') } };
  }

  find(id: string): Browser | null {
    return this.browsers.get(id) ?? null;
  }

  /** From now on its endpoint is gone. */
  unsubscribe(id: string): void {
    this.browsers.delete(id);
  }
}
