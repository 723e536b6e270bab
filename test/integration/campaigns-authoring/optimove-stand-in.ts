import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

interface WireTemplate {
  ChannelID?: number;
  TemplateID: number;
  TemplateName?: string;
}

/** The template functions of the Optimove API over HTTP: keeps templates by channel and id, and fails on demand. */
export class OptimoveStandIn {
  readonly templates = new Map<string, string>();
  /** Answered instead of doing what was asked. */
  failWith: number | null = null;
  /** Whether adding a template that is there leaves its name. */
  keepsNames = false;
  private readonly server: Server = createServer((request, response) => {
    text(request).then((body) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
      response.statusCode = this.failWith ?? 200;
      const answer = this.failWith
        ? { Message: 'No' }
        : this.answer(pathname, Number(searchParams.get('ChannelID')), body);
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

  private answer(path: string, channelId: number, body: string): unknown {
    if (path.endsWith('/GetChannelTemplates')) return this.list(channelId);
    const templates = JSON.parse(body) as WireTemplate[];
    for (const { ChannelID, TemplateID, TemplateName = '' } of templates) {
      const key = `${ChannelID ?? channelId}/${TemplateID}`;
      if (path.endsWith('/DeleteChannelTemplates')) this.templates.delete(key);
      else if (!this.keepsNames || !this.templates.has(key)) this.templates.set(key, TemplateName);
    }
    return undefined;
  }

  private list(channelId: number): WireTemplate[] {
    const own = [...this.templates].filter(([key]) => key.startsWith(`${channelId}/`));
    return own.map(([key, name]) => ({ TemplateID: Number(key.split('/')[1]), TemplateName: name }));
  }
}
