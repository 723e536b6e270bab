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

/** UpdateCampaignInteractions as it comes over the wire. */
export interface PostedInteraction {
  ChannelID: number;
  CampaignID: number;
  TemplateID: number;
  EventID: number;
  InteractionDate: string;
  CustomerIDs: string[];
}

/** A call of saveEvent. */
export interface PostedEvents {
  signature: string;
  text: string;
}

/** What Optimove does with a list: a status to answer with, no answer at all, or a page of a gateway in its place. */
export type Behaviour = (rows: PostedRow[]) => ListOutcome | Promise<ListOutcome>;

type ListOutcome = number | 'break' | 'page';

/** Plays Optimove as far as postbacks need it, over HTTP, and keeps every list that was posted. */
export class MetricsPeer {
  readonly posts: PostedRow[][] = [];
  /** What was posted about customers, and what of it counted. */
  readonly interactions: PostedInteraction[] = [];
  readonly counted: PostedInteraction[] = [];
  readonly events: PostedEvents[] = [];
  behaviour: Behaviour = () => 200;
  /** As {@link behaviour} for interactions and signed events; `lose` counts and does not answer. */
  engagement: (post: PostedInteraction | null) => number | 'break' | 'lose' = () => 200;
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
    for (const kept of [this.posts, this.interactions, this.counted, this.events]) kept.length = 0;
    this.behaviour = () => 200;
    this.engagement = () => 200;
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const text = Buffer.concat(parts).toString('utf8');
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://peer');
    if (pathname.endsWith('/integrations/UpdateCampaignInteractions')) {
      this.answerInteraction(JSON.parse(text) as PostedInteraction, request, response);
      return;
    }
    if (pathname.endsWith('/api/saveEvent')) {
      this.events.push({ signature: String(request.headers['x-optimove-signature-content']), text });
      const outcome = this.engagement(null);
      if (typeof outcome === 'string') request.socket.destroy();
      else response.writeHead(outcome).end();
      return;
    }
    if (pathname.endsWith('/GetCustomerChannelInteractions')) {
      response.writeHead(200, { 'content-type': 'application/json' }).end(this.known(searchParams.get('CustomerID')));
      return;
    }
    if (!pathname.endsWith('/integrations/UpdateCampaignMetrics')) {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"Date":"2026-05-04"}');
      return;
    }
    const rows = JSON.parse(text) as PostedRow[];
    this.posts.push(rows);
    const outcome = await this.behaviour(rows);
    if (outcome === 'break') request.socket.destroy();
    else if (outcome === 'page') response.writeHead(200).end('<html><body>Back in a minute</body></html>');
    else response.writeHead(outcome).end(outcome === 200 ? '' : 'Not this');
  }

  private answerInteraction(post: PostedInteraction, request: IncomingMessage, response: ServerResponse): void {
    this.interactions.push(post);
    const outcome = this.engagement(post);
    if (outcome === 200 || outcome === 'lose') this.counted.push(post);
    if (typeof outcome === 'string') request.socket.destroy();
    else response.writeHead(outcome).end(outcome === 200 ? '' : 'Not this');
  }

  private known(customerId: string | null): string {
    const rows = this.counted.filter(({ CustomerIDs }) => CustomerIDs.includes(customerId ?? ''));
    return JSON.stringify(
      rows.map(({ CustomerIDs: _, InteractionDate, ...row }) => ({ Date: InteractionDate, ...row })),
    );
  }
}
