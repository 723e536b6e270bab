import { mutate } from '../campaign-stage';
import type { Product } from '../product';
import type { RoadPerson } from './roads';

/** A message that was kept for somebody, as their device got it. */
export interface Fetched {
  userId: string;
  medium: 'INBOX' | 'IN_APP';
  /** Begins with the execution, up to the first dot. */
  id: string;
}

interface Answer {
  messages: { id: string }[];
}

const atOnce = 8;

/** The phone of everybody with the app on it, and their browser with the site's web push. */
export class Phones {
  private readonly secrets = new Map<string, string>();
  private readonly browsers = new Map<string, string>();

  constructor(private readonly product: Product) {}

  /** Registers both for everybody and signs them in. */
  async install(people: RoadPerson[]): Promise<void> {
    const app = await this.addApp('ANDROID');
    const site = await this.addApp('WEB');
    await inTurns(people, async ({ userId }) => {
      const pushToken = `token-${userId}`;
      this.secrets.set(userId, await this.register(app, userId, { installationId: `phone-${userId}`, pushToken }));
      const webPush = this.product.farEnds.subscriptions.subscribe(null);
      this.browsers.set(webPush.endpoint, userId);
      await this.register(site, userId, { installationId: `browser-${userId}`, webPush });
    });
  }

  /** Whose browser has this subscription. */
  ownerOf(endpoint: string): string {
    return this.browsers.get(endpoint) ?? endpoint;
  }

  /** What the phones of these people show. */
  async fetchAll(people: RoadPerson[]): Promise<Fetched[]> {
    const found: Fetched[] = [];
    await inTurns(people, async ({ userId }) => {
      const secret = this.secrets.get(userId) ?? '';
      for (const [medium, path] of [
        ['INBOX', 'inbox?limit=100'],
        ['IN_APP', 'in-app?trigger=SESSION_START'],
      ] as const) {
        const { messages } = await this.call<Answer>('GET', path, { authorization: `Bearer ${secret}` });
        for (const { id } of messages) found.push({ userId, medium, id });
      }
    });
    return found;
  }

  private async addApp(platform: string): Promise<string> {
    const input = { name: platform, platform };
    return (await mutate<{ sdkKey: string }>(this.product.graphql, 'createApp', 'CreateAppInput', 'sdkKey', input))
      .sdkKey;
  }

  private async register(key: string, userId: string, device: object): Promise<string> {
    const { deviceSecret } = await this.call<{ deviceSecret: string }>('POST', 'devices', { 'x-app-key': key }, device);
    await this.call('PUT', 'device/user', { authorization: `Bearer ${deviceSecret}` }, { userId });
    return deviceSecret;
  }

  private async call<T>(method: string, path: string, headers: Record<string, string>, body?: object): Promise<T> {
    const answer = await fetch(`${this.product.apiUrl}/sdk/v1/${path}`, {
      method,
      headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
      body: body && JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    if (method === 'GET' && answer.headers.get('cache-control') !== 'no-store')
      throw new Error(`${path} may be kept by whoever passes it on, and shown without being decided on again`);
    return (await answer.json()) as T;
  }
}

/** Works on all, a few at once. */
export async function inTurns<T>(all: T[], work: (each: T) => Promise<void>): Promise<void> {
  const left = [...all];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
