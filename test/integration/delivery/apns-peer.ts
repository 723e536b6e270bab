import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { once } from 'node:events';
import {
  constants,
  createServer,
  type Http2Server,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { type AddressInfo, Socket } from 'node:net';

/** What can happen instead of an answer. A `goaway` leaves this stream and all later ones unprocessed. */
type Trouble = 'cut' | 'refuse' | 'reset' | 'goaway' | 'goaway with an error';

/** What the peer does with a notification. */
export type ApnsReply = { status: number; reason?: string; headers?: Record<string, string> } | Trouble;

/** A notification as it arrived. */
export interface ArrivedNotification {
  headers: IncomingHttpHeaders;
  token: string;
  payload: Record<string, unknown>;
  isSigned: boolean;
  /** Which connection it came over, counted from 1. */
  connection: number;
}

const keys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

/** Plays APNs over HTTP/2 without TLS. */
export class ApnsPeer {
  readonly arrived: ArrivedNotification[] = [];
  /** Chooses the answer; accepts everything unless told. */
  reply: (arrived: ArrivedNotification) => ApnsReply = () => ({ status: 200 });
  /** The most streams that were ever open at once. */
  mostOpen = 0;
  connections = 0;
  /** Answers wait for this. */
  gate: Promise<void> = Promise.resolve();
  private open = 0;
  private readonly sockets = new Set<Socket>();
  private socket = new Socket();
  private readonly server: Http2Server;

  /** With a window of so many bytes, in a session and in each stream, which senders may fill without being read. */
  constructor(
    maxConcurrentStreams = 1_000,
    private readonly window = 65_535,
  ) {
    this.server = createServer({ settings: { maxConcurrentStreams, initialWindowSize: window } });
    this.server.prependListener('connection', (socket: Socket) => this.greet(socket));
    this.server.on('session', (session) => this.meet(session, this.socket));
  }

  async start(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  async stop(): Promise<void> {
    this.drop();
    if (this.server.listening) await new Promise((resolve) => this.server.close(resolve));
  }

  /** Cuts every connection. */
  drop(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Settings of an account of this peer. */
  settings(): Record<string, string> {
    const privateKey = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    return { privateKey, keyId: 'ABCDE12345', teamId: 'TEAM123456', topic: 'com.example.casino', baseUrl: this.url };
  }

  private greet(socket: Socket): void {
    this.socket = socket;
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
  }

  private meet(session: ServerHttp2Session, socket: Socket): void {
    this.connections += 1;
    const connection = this.connections;
    session.setLocalWindowSize(this.window);
    session.on('error', () => undefined);
    session.on('stream', (stream, headers) => {
      this.open += 1;
      this.mostOpen = Math.max(this.mostOpen, this.open);
      stream.on('error', () => undefined);
      stream.once('close', () => {
        this.open -= 1;
      });
      void this.take(stream, { headers, connection, socket });
    });
  }

  private async take(
    stream: ServerHttp2Stream,
    { headers, connection, socket }: { headers: IncomingHttpHeaders; connection: number; socket: Socket },
  ): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
    const arrived = {
      headers,
      token: String(headers[':path']).replace('/3/device/', ''),
      payload: JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>,
      isSigned: isSigned(headers.authorization ?? ''),
      connection,
    };
    this.arrived.push(arrived);
    const reply = this.reply(arrived);
    await this.gate;
    if (reply === 'cut') socket.destroy();
    else answer(stream, reply, headers['apns-id']);
  }
}

function answer(stream: ServerHttp2Stream, reply: Exclude<ApnsReply, 'cut'>, id: string | string[] | undefined): void {
  const { session } = stream;
  if (stream.destroyed || !session) return;
  if (typeof reply === 'string') {
    disturb(stream, session, reply);
    return;
  }
  stream.respond({ ':status': reply.status, ...(id ? { 'apns-id': id } : {}), ...reply.headers });
  stream.end(reply.reason ? JSON.stringify({ reason: reply.reason }) : '');
}

function disturb(stream: ServerHttp2Stream, session: Http2Session, trouble: Exclude<Trouble, 'cut'>): void {
  const before = (stream.id ?? 2) - 2;
  if (trouble === 'refuse') stream.close(constants.NGHTTP2_REFUSED_STREAM);
  if (trouble === 'reset') stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  if (trouble === 'goaway') session.goaway(constants.NGHTTP2_NO_ERROR, before);
  if (trouble === 'goaway with an error') session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM, before);
}

function isSigned(authorization: string): boolean {
  const [head, claims, signature = ''] = authorization.replace(/^bearer /, '').split('.');
  const key = { key: createPublicKey(keys.privateKey), dsaEncoding: 'ieee-p1363' } as const;
  return verify('sha256', Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, 'base64url'));
}
