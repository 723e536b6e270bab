import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

interface WireTemplate {
  ChannelID?: number;
  TemplateID: number;
  TemplateName?: string;
  AppID?: string;
  AppName?: string;
}

/** The template and app functions of the Optimove API over HTTP: keeps templates by channel and id, and fails on demand. */
export class OptimoveStandIn {
  readonly templates = new Map<string, string>();
  /** Names of apps by channel and id. */
  readonly apps = new Map<string, string>();
  /** The app of each template that is offered under one. */
  readonly appOf = new Map<string, string | undefined>();
  /** Every call that wrote, with the number of its rows. */
  readonly writes: { name: string; rows: number }[] = [];
  /** A call with a template of this name is refused whole. */
  badName: string | null = null;
  /** Whether templates are taken and not kept. */
  forgets = false;
  /** What its attributes are called; null: the key may not list them. */
  attributeNames: string[] | null = null;
  /** How often they were listed. */
  listings = 0;
  /** Answered instead of doing what was asked. */
  failWith: number | null = null;
  /** How many calls were answered so. */
  failed = 0;
  /** Done once while an app is taken away, after that was accepted. */
  meanwhile: (() => Promise<unknown>) | null = null;
  /** Whether adding a template that is there leaves its name. */
  keepsNames = false;
  private readonly server: Server = createServer((request, response) => {
    text(request).then(async (body) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
      const isBad = this.badName !== null && body.includes(`"${this.badName}"`);
      const isClosed = pathname.endsWith('/GetCustomerAttributeList') && this.attributeNames === null;
      if (this.failWith !== null) this.failed += 1;
      response.statusCode = this.failWith ?? (isClosed ? 403 : isBad ? 400 : 200);
      const answer =
        response.statusCode !== 200
          ? { Message: 'No' }
          : this.answer(pathname, Number(searchParams.get('ChannelID')), body);
      if (pathname.endsWith('/DeleteChannelApps')) await this.interrupt();
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
    });
  });

  /** Starts it and answers its endpoint. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/current/`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async interrupt(): Promise<void> {
    const { meanwhile } = this;
    this.meanwhile = null;
    await meanwhile?.();
  }

  private answer(path: string, channelId: number, body: string): unknown {
    if (path.endsWith('/GetChannelTemplates')) return this.list(channelId);
    if (path.endsWith('/GetCustomerAttributeList')) return this.listAttributes();
    const rows = JSON.parse(body) as WireTemplate[];
    const name = path.split('/').at(-1) ?? '';
    this.writes.push({ name, rows: rows.length });
    for (const { ChannelID, TemplateID, TemplateName = '', AppID, AppName } of rows) {
      const key = `${ChannelID ?? channelId}/${name.endsWith('Apps') ? AppID : TemplateID}`;
      if (name === 'AddChannelApps') this.apps.set(key, AppName ?? '');
      else if (name === 'DeleteChannelApps') this.apps.delete(key);
      else if (name === 'DeleteChannelTemplates') this.templates.delete(key);
      else if (this.forgets) continue;
      else if (!this.keepsNames || !this.templates.has(key)) {
        this.templates.set(key, TemplateName);
        this.appOf.set(key, AppID);
      }
    }
    return undefined;
  }

  private listAttributes(): { RealFieldName: string }[] {
    this.listings += 1;
    return (this.attributeNames ?? []).map((name) => ({ RealFieldName: name }));
  }

  private list(channelId: number): WireTemplate[] {
    const own = [...this.templates].filter(([key]) => key.startsWith(`${channelId}/`));
    return own.map(([key, name]) => ({ TemplateID: Number(key.split('/')[1]), TemplateName: name }));
  }
}
