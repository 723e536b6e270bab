import { requestJson } from './json-http';

/** A tenant of the sandbox: what an Optimove account manager hands out. */
export interface SandboxTenant {
  id: string;
  /** API base address, ends with a slash. */
  endpoint: string;
  apiToken: string;
  channelId: number;
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

  private request<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
    const { sandboxUrl, controlKey, signal } = this.target;
    const headers: Record<string, string> = controlKey ? { 'x-control-key': controlKey } : {};
    return requestJson<T>({ method, url: `${sandboxUrl}/control${path}`, headers, body, signal });
  }
}
