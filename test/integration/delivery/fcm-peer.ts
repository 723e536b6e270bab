import { createVerify, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the peer does with a message: an answer, a cut connection. */
export type FcmReply = { status: number; body?: unknown; headers?: Record<string, string> } | 'cut';

/** A message as it arrived. */
export interface ArrivedPush {
  path: string;
  bearer: string;
  message: Record<string, unknown> & { token: string; data: Record<string, string> };
}

const projectId = 'test-project';
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** Plays Google: the token service and FCM HTTP v1 on one port. */
export class FcmPeer {
  readonly arrived: ArrivedPush[] = [];
  /** Access tokens handed out. */
  tokensGiven = 0;
  tokenLifeSeconds = 3_600;
  /** Chooses the answer; accepts everything unless told. */
  reply: (push: ArrivedPush) => FcmReply = ({ message }) => accepted(message.token);
  tokenStatus = 200;
  /** Holds answers to messages back until they are released. */
  isHolding = false;
  private readonly held: (() => void)[] = [];
  private readonly server: Server = createServer((request, response) => void this.take(request, response));

  async start(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  async stop(): Promise<void> {
    if (!this.server.listening) return;
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Settings of an account of this peer. */
  settings(): { serviceAccount: string; baseUrl: string } {
    const serviceAccount = {
      type: 'service_account',
      project_id: projectId,
      client_email: 'sender@test-project.example.com',
      private_key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }),
      token_uri: `${this.url}/token`,
    };
    return { serviceAccount: JSON.stringify(serviceAccount), baseUrl: this.url };
  }

  /** Answers the oldest of the messages that are held. */
  release(count: number): void {
    for (const answer of this.held.splice(0, count)) answer();
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    if (request.url === '/token') this.giveToken(body, response);
    else this.takePush(request, response, body);
  }

  private giveToken(body: string, response: ServerResponse): void {
    const assertion = new URLSearchParams(body).get('assertion') ?? '';
    if (this.tokenStatus !== 200 || !isSigned(assertion)) {
      send(response, { status: this.tokenStatus === 200 ? 400 : this.tokenStatus, body: { error: 'invalid_grant' } });
      return;
    }
    this.tokensGiven += 1;
    const token = { access_token: `token-${this.tokensGiven}`, expires_in: this.tokenLifeSeconds };
    send(response, { status: 200, body: token });
  }

  private takePush(request: IncomingMessage, response: ServerResponse, body: string): void {
    const { message } = JSON.parse(body) as { message: ArrivedPush['message'] };
    const bearer = request.headers.authorization?.replace('Bearer ', '') ?? '';
    const push = { path: request.url ?? '', bearer, message };
    this.arrived.push(push);
    const reply = this.reply(push);
    const answer = (): void => {
      if (reply === 'cut') request.socket.destroy();
      else send(response, reply);
    };
    if (this.isHolding) this.held.push(answer);
    else answer();
  }
}

/** The answer to a message that was taken. */
export function accepted(token: string): FcmReply {
  return { status: 200, body: { name: `projects/${projectId}/messages/${token}` } };
}

/** A refusal as FCM HTTP v1 documents it. */
export function refused(status: number, errorCode: string, headers: Record<string, string> = {}): FcmReply {
  const details = [{ '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode }];
  return { status, headers, body: { error: { code: status, message: `Refused: ${errorCode}`, details } } };
}

function isSigned(assertion: string): boolean {
  const [header, claims, signature] = assertion.split('.');
  return createVerify('RSA-SHA256')
    .update(`${header}.${claims}`)
    .verify(keys.publicKey, signature ?? '', 'base64url');
}

function send(response: ServerResponse, reply: Exclude<FcmReply, 'cut'>): void {
  response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
  response.end(JSON.stringify(reply.body ?? {}));
}
