import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';

/** A PDU as the library gives it. */
export interface PeerPdu {
  command: string;
  command_status: number;
  sequence_number: number;
  system_id?: string;
  password?: string;
  source_addr?: string;
  source_addr_ton?: number;
  destination_addr?: string;
  data_coding?: number;
  registered_delivery?: number;
  short_message?: { message?: string; udh?: Buffer[] };
  response(members?: Record<string, unknown>): PeerPdu;
}

interface PeerSession {
  socket: Socket;
  on(event: 'pdu', listener: (pdu: PeerPdu) => void): void;
  on(event: 'error' | 'close', listener: () => void): void;
  send(pdu: PeerPdu): boolean;
  deliver_sm(members: Record<string, unknown>, answered: (answer: PeerPdu) => void): boolean;
  enquire_link(answered: () => void): boolean;
  destroy(): void;
}

const smpp: { createServer(listener: (session: PeerSession) => void): Server } = require('smpp');

/** What the peer does with a submission: its status, nothing at all, or it cuts the connection. */
export type SmppReply = number | 'silent' | 'cut';

/** An SMS centre over SMPP 3.4 that can be told how to behave. */
export class SmppPeer {
  readonly arrived: PeerPdu[] = [];
  readonly password = 'secret';
  binds = 0;
  enquiries = 0;
  mostUnanswered = 0;
  isAnsweringEnquiries = true;
  reply: (pdu: PeerPdu) => SmppReply = () => 0;
  /** Holds answers back until they are released. */
  isHolding = false;
  private held: (() => void)[] = [];
  private readonly sessions = new Set<PeerSession>();
  private readonly server: Server = smpp.createServer((session) => this.watch(session));

  async start(port = 0): Promise<void> {
    this.server.listen(port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get openSessions(): number {
    return this.sessions.size;
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Cuts every connection. */
  cut(): void {
    for (const session of this.sessions) session.destroy();
  }

  /** Gives every answer that was held back. */
  release(): void {
    for (const answer of this.held.splice(0)) answer();
  }

  /** Sends a receipt on a bound connection; resolves with the status of the answer. */
  deliver(members: Record<string, unknown>): Promise<number> {
    const [session] = this.sessions;
    return new Promise((resolve, reject) => {
      if (!session?.deliver_sm(members, ({ command_status }) => resolve(command_status)))
        reject(new Error('No connection'));
    });
  }

  private watch(session: PeerSession): void {
    this.sessions.add(session);
    session.on('error', () => session.destroy());
    session.on('close', () => this.sessions.delete(session));
    session.on('pdu', (pdu) => this.take(session, pdu));
  }

  private take(session: PeerSession, pdu: PeerPdu): void {
    if (pdu.command === 'bind_transceiver') this.bind(session, pdu);
    else if (pdu.command === 'submit_sm') this.submit(session, pdu);
    else if (pdu.command === 'unbind') session.send(pdu.response());
    else if (pdu.command === 'enquire_link') {
      this.enquiries += 1;
      if (this.isAnsweringEnquiries) session.send(pdu.response());
    }
  }

  private bind(session: PeerSession, pdu: PeerPdu): void {
    this.binds += 1;
    session.send(pdu.response(pdu.password === this.password ? {} : { command_status: 0x0e }));
  }

  private submit(session: PeerSession, pdu: PeerPdu): void {
    this.arrived.push(pdu);
    const reply = this.reply(pdu);
    const messageId = `message-${this.arrived.length}`;
    if (reply === 'cut') session.destroy();
    if (typeof reply === 'string') return;
    const answer = () =>
      session.send(pdu.response(reply === 0 ? { message_id: messageId } : { command_status: reply }));
    if (!this.isHolding) {
      answer();
      return;
    }
    this.held.push(answer);
    this.mostUnanswered = Math.max(this.mostUnanswered, this.held.length);
  }
}
