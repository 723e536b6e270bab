import { constants, createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { Socket } from 'node:net';
import type { FaultSwitch, Http2FaultKind } from '../faults/fault-switch';
import type { Inbox } from '../inbox/inbox';
import type { ApnsAccount } from './apns-account';
import { type ApnsAnswer, refusal } from './apns-answer';
import { readProviderToken } from './provider-token';
import { type ApnsRequest, readNotification } from './read-notification';

/** What the far end works with. */
export interface ApnsParts {
  account: ApnsAccount;
  faults: FaultSwitch<Http2FaultKind>;
  inbox: Inbox;
}

/** So many requests a connection may have open, as Apple allows. */
const mostStreams = 1_000;
const soonestRenewalSeconds = 1_200;
const largestBody = 65_536;

/** A server that takes notifications as APNs does: HTTP/2, one request each, told apart by `apns-id`. Without TLS. */
export function createApnsServer(parts: ApnsParts): Http2Server {
  const server = createServer({ settings: { maxConcurrentStreams: mostStreams } });
  // A connection is announced with its socket, and at once with its session.
  let socket = new Socket();
  server.prependListener('connection', (opened: Socket) => {
    socket = opened;
  });
  server.on('session', (session) => {
    session.on('error', () => session.destroy());
    const endpoint = new ApnsConnection({ socket, session }, parts);
    session.on('stream', (stream, headers) => {
      stream.on('error', () => undefined);
      void readBody(stream).then((body) => body && endpoint.take(stream, { headers, body }));
    });
  });
  return server;
}

/** One connection of a sender. */
class ApnsConnection {
  private tokenIssuedAt = 0;
  private highest = 0;
  private lastTaken = Number.POSITIVE_INFINITY;

  constructor(
    private readonly connection: { socket: Socket; session: ServerHttp2Session },
    private readonly parts: ApnsParts,
  ) {}

  async take(stream: ServerHttp2Stream, request: ApnsRequest): Promise<void> {
    const id = request.headers['apns-id'];
    const refused = this.tokenRefusal(request.headers.authorization);
    if (refused) answer(stream, refused, id);
    else if (!(await this.fails(stream, id))) this.accept(stream, request);
  }

  private accept(stream: ServerHttp2Stream, request: ApnsRequest): void {
    if ((stream.id ?? 0) > this.lastTaken) return;
    this.highest = Math.max(this.highest, stream.id ?? 0);
    const read = readNotification(request, this.parts.account.topic);
    if ('refused' in read) {
      answer(stream, read.refused, request.headers['apns-id']);
      return;
    }
    const message = read.accepted;
    this.parts.inbox.accept('apns', { identity: message.messageId, address: message.token, message });
    answer(stream, { status: 200 }, message.messageId);
  }

  /** Whether the message meets the trouble that was asked for. */
  private async fails(stream: ServerHttp2Stream, id: string | string[] | undefined): Promise<boolean> {
    const fault = await this.parts.faults.next();
    if (fault === 'close') this.connection.socket.destroy();
    if (fault === 'refuse') stream.close(constants.NGHTTP2_REFUSED_STREAM);
    if (fault === 'goaway') this.sayGoodbye(stream);
    if (fault === '429') answer(stream, refusal(429, 'TooManyRequests'), id);
    if (fault === '5xx') answer(stream, refusal(503, 'ServiceUnavailable'), id);
    return fault !== 'none';
  }

  /** Whoever was taken before is still answered; this request and later ones are not looked at. */
  private sayGoodbye(stream: ServerHttp2Stream): void {
    // Node cannot say that nothing was taken at all, nor bear a stream that is closed beside its goodbye.
    if (this.highest === 0) {
      stream.close(constants.NGHTTP2_REFUSED_STREAM);
      return;
    }
    this.lastTaken = this.highest;
    this.connection.session.goaway(constants.NGHTTP2_NO_ERROR, this.highest);
  }

  /** A token may be changed every 20 minutes at most. */
  private tokenRefusal(authorization: string | undefined): ApnsAnswer | null {
    const token = readProviderToken(authorization, this.parts.account);
    if ('refused' in token) return refusal(403, token.refused);
    const newer = token.issuedAt - this.tokenIssuedAt;
    if (this.tokenIssuedAt > 0 && newer > 0 && newer < soonestRenewalSeconds) {
      return refusal(429, 'TooManyProviderTokenUpdates');
    }
    this.tokenIssuedAt = Math.max(this.tokenIssuedAt, token.issuedAt);
    return null;
  }
}

function answer(stream: ServerHttp2Stream, { status, ...body }: ApnsAnswer, id: string | string[] | undefined): void {
  if (stream.destroyed || stream.closed) return;
  stream.respond({ ':status': status, ...(id ? { 'apns-id': id } : {}) });
  stream.end(body.reason ? JSON.stringify(body) : '');
}

/** Null when the stream broke off. */
async function readBody(stream: ServerHttp2Stream): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes <= largestBody) chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch {
    return null;
  }
}
