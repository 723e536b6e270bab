import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** SetCustomerChannelPreference as it comes over the wire. */
export interface PostedPreference {
  ChannelID: number;
  CustomerIDs: string[];
  CommunicationMode: number;
  AppID: string | null;
}

type Outcome = number | 'cut-before' | 'cut-after';

/**
 * What Optimove does with a call: a status to answer with (it stores only what it answers with 200), the connection cut
 * before or after storing.
 */
export type PreferenceBehaviour = (post: PostedPreference) => Outcome | Promise<Outcome>;

/** Plays Optimove as far as subscription status needs it, over HTTP, and keeps the last state of every customer. */
export class PreferencePeer {
  readonly posts: PostedPreference[] = [];
  /** Mode by `channel customer`, for one app `channel/app customer`. */
  readonly states = new Map<string, number>();
  behaviour: PreferenceBehaviour = () => 200;
  private constructor(private readonly server: Server) {}

  static async start(): Promise<PreferencePeer> {
    const server = createServer();
    const peer = new PreferencePeer(server);
    server.on('request', (request, response) => void peer.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return peer;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/current/`;
  }

  /** Forgets the posts, keeps the states, and behaves well again. */
  forgetPosts(): void {
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
    if (!request.url?.endsWith('/integrations/SetCustomerChannelPreference')) {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"Date":"2026-05-04"}');
      return;
    }
    const post = JSON.parse(Buffer.concat(parts).toString('utf8')) as PostedPreference;
    this.posts.push(post);
    const outcome = await this.behaviour(post);
    if (outcome === 200 || outcome === 'cut-after') this.store(post);
    if (typeof outcome === 'string') request.socket.destroy();
    else response.writeHead(outcome).end(outcome === 200 ? '' : 'Not this');
  }

  private store({ ChannelID, CustomerIDs, CommunicationMode, AppID }: PostedPreference): void {
    const place = AppID === null ? `${ChannelID}` : `${ChannelID}/${AppID}`;
    for (const id of CustomerIDs) this.states.set(`${place} ${id}`, CommunicationMode);
  }
}
