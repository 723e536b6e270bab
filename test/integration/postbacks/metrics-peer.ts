import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A row of UpdateCampaignMetrics as it comes over the wire. */
export interface PostedRow {
  ChannelID: number;
  CampaignID: number;
  TemplateID: number;
  MetricID: number;
  MetricValue: number;
}

/** What Optimove does with a list: a status to answer with, or no answer at all. */
export type Behaviour = (rows: PostedRow[]) => number | 'break' | Promise<number | 'break'>;

/** Plays Optimove as far as postbacks need it, over HTTP, and keeps every list that was posted. */
export class MetricsPeer {
  readonly posts: PostedRow[][] = [];
  behaviour: Behaviour = () => 200;
  private constructor(private readonly server: Server) {}

  static async start(): Promise<MetricsPeer> {
    const server = createServer();
    const peer = new MetricsPeer(server);
    server.on('request', (request, response) => void peer.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return peer;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/current/`;
  }

  /** Forgets what was posted and behaves well again. */
  reset(): void {
    this.posts.length = 0;
    this.behaviour = () => 200;
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    if (!request.url?.endsWith('/integrations/UpdateCampaignMetrics')) {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"Date":"2026-05-04"}');
      return;
    }
    const rows = JSON.parse(Buffer.concat(parts).toString('utf8')) as PostedRow[];
    this.posts.push(rows);
    const outcome = await this.behaviour(rows);
    if (outcome === 'break') request.socket.destroy();
    else response.writeHead(outcome).end(outcome === 200 ? '' : 'Not this');
  }
}
