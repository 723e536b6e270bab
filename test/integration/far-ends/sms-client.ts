import type { EventEmitter } from 'node:events';
import { once } from 'node:events';
import type { FarEndEndpoints } from '../../../apps/sandbox/src/far-ends';

/** A PDU of the client's side, as far as the tests read it. */
export interface AnswerPdu {
  command: string;
  command_status: number;
  message_id?: string;
  source_addr?: string;
  short_message?: { message: string };
  receipted_message_id?: string;
  response(): AnswerPdu;
}

interface ClientSession extends EventEmitter {
  send(pdu: AnswerPdu): boolean;
  destroy(): void;
  [command: string]: unknown;
}

const smpp: { connect(options: { host: string; port: number }): ClientSession } = require('smpp');

/** A client of the SMSC over a real connection; keeps the receipts it is sent. */
export class SmsClient {
  readonly receipts: AnswerPdu[] = [];
  closed = false;
  /** What to do about a delivery: usually it is answered. */
  onDeliver = (pdu: AnswerPdu): unknown => this.session.send(pdu.response());

  private constructor(private readonly session: ClientSession) {
    session.on('error', () => undefined);
    session.on('close', () => {
      this.closed = true;
    });
    session.on('deliver_sm', (pdu: AnswerPdu) => {
      this.receipts.push(pdu);
      this.onDeliver(pdu);
    });
  }

  static async connect({ smscHost: host, smscPort: port }: FarEndEndpoints): Promise<SmsClient> {
    const session = smpp.connect({ host, port });
    await once(session, 'connect');
    return new SmsClient(session);
  }

  /** Connects and binds with the credentials of the endpoints. */
  static async bound(endpoints: FarEndEndpoints, command = 'bind_transceiver'): Promise<SmsClient> {
    const client = await SmsClient.connect(endpoints);
    await client.ask(command, { system_id: endpoints.smscSystemId, password: endpoints.smscPassword });
    return client;
  }

  /** Sends a command; resolves with the answer. */
  ask(command: string, members: Record<string, unknown> = {}): Promise<AnswerPdu> {
    const call = this.session[command] as (members: Record<string, unknown>, done: (pdu: AnswerPdu) => void) => void;
    return new Promise((resolve) => call.call(this.session, members, resolve));
  }

  close(): void {
    this.session.destroy();
  }
}
