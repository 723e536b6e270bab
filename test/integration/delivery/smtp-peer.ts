import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer, type SMTPServerAddress, type SMTPServerDataStream } from 'smtp-server';

/** What the peer says at a step: nothing wrong, a refusal, or it cuts the connection. */
export type SmtpReply = 'ok' | 'cut' | { code: number; text: string };

/** A mail as it arrived. */
export interface ArrivedMail {
  from: string;
  to: string;
  raw: string;
}

/** A mail server that can be told how to behave per recipient. */
export class SmtpPeer {
  readonly arrived: ArrivedMail[] = [];
  connections = 0;
  atRecipient: (to: string) => SmtpReply = () => 'ok';
  /** After the whole mail was read. */
  atData: (to: string) => SmtpReply = () => 'ok';
  private readonly sockets = new Set<Socket>();
  private readonly server: SMTPServer;

  constructor(options: { user?: string; password?: string; maxClients?: number } = {}) {
    this.server = new SMTPServer({
      disabledCommands: options.user ? ['STARTTLS'] : ['STARTTLS', 'AUTH'],
      allowInsecureAuth: true,
      maxClients: options.maxClients,
      closeTimeout: 10,
      disableReverseLookup: true,
      onAuth: ({ username, password }, _session, callback) =>
        username === options.user && password === options.password
          ? callback(null, { user: username })
          : callback(new Error('Wrong login')),
      onRcptTo: ({ address }, _session, callback) => this.answer(this.atRecipient(address), callback),
      onData: (stream, { envelope }, callback) => void this.read(stream, envelope, callback),
    });
    this.server.server.on('connection', (socket: Socket) => this.watch(socket));
    this.server.on('error', () => undefined);
  }

  async start(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server.server, 'listening');
  }

  get port(): number {
    return (this.server.server.address() as AddressInfo).port;
  }

  get openConnections(): number {
    return this.sockets.size;
  }

  stop(): Promise<void> {
    this.cut();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  /** Cuts every connection. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private watch(socket: Socket): void {
    this.connections += 1;
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
  }

  private async read(
    stream: SMTPServerDataStream,
    { mailFrom, rcptTo }: { mailFrom: SMTPServerAddress | false; rcptTo: SMTPServerAddress[] },
    callback: (error?: Error | null) => void,
  ): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    const to = rcptTo[0]?.address ?? '';
    this.arrived.push({ from: mailFrom ? mailFrom.address : '', to, raw: Buffer.concat(chunks).toString() });
    this.answer(this.atData(to), callback);
  }

  private answer(reply: SmtpReply, callback: (error?: Error | null) => void): void {
    if (reply === 'cut') this.cut();
    else if (reply === 'ok') callback();
    else callback(Object.assign(new Error(reply.text), { responseCode: reply.code }));
  }
}
