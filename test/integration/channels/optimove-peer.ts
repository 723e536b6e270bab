import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Plays the functions of Optimove that channels use, over HTTP, and keeps what was registered. */
export class OptimovePeer {
  /** Listener addresses by `event/channel`; `*` stands for no channel. */
  readonly listeners = new Map<string, string>();
  channels = [
    { ChannelID: 506, ChannelName: 'Xtremepush' },
    { ChannelID: 508, ChannelName: 'Xtremepush Webpush' },
    { ChannelID: 510, ChannelName: 'XTREMEPUSH  Triggered' },
    { ChannelID: 444, ChannelName: 'Xtremepush SMS' },
  ];
  /** Functions that were called, in order. */
  readonly calls: string[] = [];
  /** Statuses to answer with, by function name. */
  readonly faults = new Map<string, { status: number; body: string }>();
  /** Happens before a function is answered. */
  meanwhile: (name: string) => Promise<void> = async () => {};
  private constructor(private readonly server: Server) {}

  static async start(): Promise<OptimovePeer> {
    const server = createServer();
    const peer = new OptimovePeer(server);
    server.on('request', (request, response) => void peer.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return peer;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/current/`;
  }

  /** What is registered, as `event/channel`, sorted. */
  get registered(): string[] {
    return [...this.listeners.keys()].sort();
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const name = (request.url ?? '').split('?')[0]?.split('/').at(-1) ?? '';
    this.calls.push(name);
    await this.meanwhile(name);
    const fault = this.faults.get(name);
    if (fault) {
      response.writeHead(fault.status).end(fault.body.replace('{url}', String(body.ListenerURL)));
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(this.act(name, body)));
  }

  private act(name: string, body: Record<string, unknown>): unknown {
    const key = `${body.EventTypeID}/${body.ChannelID ?? '*'}`;
    if (name === 'GetLastDataUpdate') return { Date: '2026-05-04' };
    if (name === 'GetExecutionChannels') return this.channels;
    if (name === 'GetRegisteredEventListeners') {
      return [...this.listeners].map(([each, ListenerURL]) => {
        const [EventTypeID, channel] = each.split('/');
        return { EventTypeID: Number(EventTypeID), ChannelID: channel === '*' ? null : Number(channel), ListenerURL };
      });
    }
    if (name === 'RegisterEventListener') this.listeners.set(key, String(body.ListenerURL));
    if (name === 'UnregisterEventListener') this.listeners.delete(key);
    return null;
  }
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString('utf8');
  return text ? (JSON.parse(text) as Record<string, unknown>) : {};
}
