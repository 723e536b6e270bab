import { LauncherError } from '../errors';
import { requestJson } from './json-http';

/** A tenant of the sandbox: what an Optimove account manager hands out. */
export interface SandboxTenant {
  id: string;
  /** API base address, ends with a slash. */
  endpoint: string;
  apiToken: string;
  channels: { id: number; name: string }[];
}

/** A campaign in the sandbox and how many rows its list has. */
export interface SandboxCampaign {
  id: string;
  announced: number;
}

/** Where the sandbox receives messages. */
export interface FarEndEndpoints {
  fcmBaseUrl: string;
  fcmServiceAccount: object;
  apnsBaseUrl: string;
  apnsPrivateKey: string;
  apnsKeyId: string;
  apnsTeamId: string;
  apnsTopic: string;
  smtpHost: string;
  smtpPort: number;
  smscHost: string;
  smscPort: number;
  smscSystemId: string;
  smscPassword: string;
}

/** What arrived on one medium. */
export interface InboxCounts {
  received: number;
  unique: number;
  duplicates: number;
  recipients: number;
}

/** What arrived at the far ends. */
export interface Inboxes {
  mobilePush: InboxCounts;
  apns: InboxCounts;
  email: InboxCounts;
  sms: InboxCounts;
}

/** Speaks the control API of the sandbox: makes tenants and campaigns, and shows what arrived at the far ends. */
export class SandboxControl {
  constructor(private readonly target: { sandboxUrl: string; controlKey: string | null; signal: AbortSignal }) {}

  post<T>(path: string, body: unknown): Promise<T> {
    return this.request('POST', path, body);
  }

  get<T>(path: string): Promise<T> {
    return this.request('GET', path);
  }

  /** Opens a file as a stream. @throws {LauncherError} when there is none. */
  async open(path: string): Promise<ReadableStream<Uint8Array>> {
    const answer = await fetch(`${this.target.sandboxUrl}/control${path}`, {
      headers: this.headers(),
      signal: this.target.signal,
    });
    if (answer.ok && answer.body) return answer.body;
    throw new LauncherError(`GET /control${path} answered ${answer.status}`);
  }

  private request<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
    const { sandboxUrl, signal } = this.target;
    return requestJson<T>({ method, url: `${sandboxUrl}/control${path}`, headers: this.headers(), body, signal });
  }

  private headers(): Record<string, string> {
    return this.target.controlKey ? { 'x-control-key': this.target.controlKey } : {};
  }
}
