import type { FaultKind, FaultSwitch } from '../faults/fault-switch';
import { type FinalState, receiptOf } from './receipt';
import { commandStatus, type SmppPdu, type SmppSession } from './smpp-library';

const receiptAfterMs = 150;
const bindings: Record<string, 'transmits' | 'receives' | 'both'> = {
  bind_transmitter: 'transmits',
  bind_receiver: 'receives',
  bind_transceiver: 'both',
};
const faultStatus = { '429': commandStatus.throttled, '5xx': commandStatus.systemError };

/** What a session asks of the centre it belongs to. */
export interface Centre {
  systemId: string;
  password: string;
  faults: FaultSwitch;
  /** Connections that may be sent receipts. */
  receivers: Set<SmscSession>;
  /** Takes one submission; answers its message id and its part of the text. */
  accept(pdu: SmppPdu): { messageId: string; text: string };
  /** Runs the task after the time, unless the centre stops first. */
  later(ms: number, task: () => void): void;
}

/** One client connection: bind first, then submissions and keep-alives until it unbinds. */
export class SmscSession {
  private binding: 'none' | 'transmits' | 'receives' | 'both' = 'none';
  private readonly unanswered = new Set<(isTaken: boolean) => void>();

  constructor(
    private readonly session: SmppSession,
    private readonly centre: Centre,
  ) {
    session.socket.setNoDelay(true);
    session.on('pdu', (pdu) => this.take(pdu));
    session.on('error', () => session.destroy());
    session.on('close', () => this.gone());
  }

  /** Sends a receipt or a text to this client. @returns whether it took it; false also when it went before it answered. */
  deliver(members: Record<string, unknown>): Promise<boolean> {
    return new Promise((resolve) => {
      this.unanswered.add(resolve);
      const isWritten = this.session.deliver_sm(members, ({ command_status }) => {
        this.unanswered.delete(resolve);
        resolve(command_status === commandStatus.ok);
      });
      if (!isWritten) resolve(false);
    });
  }

  private gone(): void {
    this.centre.receivers.delete(this);
    for (const resolve of this.unanswered) resolve(false);
    this.unanswered.clear();
  }

  private take(pdu: SmppPdu): void {
    if (pdu.command in bindings) this.bind(pdu);
    else if (pdu.command === 'enquire_link') this.reply(pdu);
    else if (pdu.command === 'unbind') this.unbind(pdu);
    else if (pdu.command === 'submit_sm') this.submit(pdu);
    else if (!isAnswer(pdu)) this.reply(pdu, { command_status: commandStatus.invalidCommandId });
  }

  private bind(pdu: SmppPdu): void {
    const refused = this.bindRefusal(pdu);
    if (refused === null) {
      this.binding = bindings[pdu.command] ?? 'none';
      if (this.binding !== 'transmits') this.centre.receivers.add(this);
    }
    this.reply(pdu, refused === null ? { system_id: this.centre.systemId } : { command_status: refused });
  }

  private bindRefusal({ system_id, password }: SmppPdu): number | null {
    if (this.binding !== 'none') return commandStatus.alreadyBound;
    if (system_id !== this.centre.systemId) return commandStatus.invalidSystemId;
    return password === this.centre.password ? null : commandStatus.invalidPassword;
  }

  private unbind(pdu: SmppPdu): void {
    this.reply(pdu);
    this.session.close();
  }

  private submit(pdu: SmppPdu): void {
    const refused = this.submitRefusal(pdu);
    if (refused === null) void this.centre.faults.next().then((fault) => this.settle(pdu, fault));
    else this.reply(pdu, { command_status: refused });
  }

  private submitRefusal({ destination_addr }: SmppPdu): number | null {
    const mayTransmit = this.binding === 'transmits' || this.binding === 'both';
    if (!mayTransmit) return commandStatus.invalidBindStatus;
    return destination_addr ? null : commandStatus.invalidDestination;
  }

  private settle(pdu: SmppPdu, fault: Exclude<FaultKind, 'hang'>): void {
    if (fault === 'close') this.session.destroy();
    else if (fault === 'none') this.accept(pdu);
    else this.reply(pdu, { command_status: faultStatus[fault] });
  }

  private accept(pdu: SmppPdu): void {
    const submittedAt = new Date();
    const { messageId, text } = this.centre.accept(pdu);
    this.reply(pdu, { message_id: messageId });
    const { source_addr: from = '', destination_addr: to = '' } = pdu;
    const state = to.endsWith('0000') ? 'UNDELIV' : 'DELIVRD';
    if (!wantsReceipt(pdu, state)) return;
    const receipt = { messageId, from, to, text, state, submittedAt } as const;
    this.centre.later(receiptAfterMs, () => void this.receiver()?.deliver(receiptOf(receipt)));
  }

  /** Receipts come back on the connection of the submission if it listens, else on any that does. */
  private receiver(): SmscSession | undefined {
    return this.centre.receivers.has(this) ? this : this.centre.receivers.values().next().value;
  }

  private reply(pdu: SmppPdu, members: Record<string, unknown> = {}): void {
    this.session.send(pdu.response(members));
  }
}

function isAnswer({ command }: SmppPdu): boolean {
  return command.endsWith('_resp') || command === 'generic_nack';
}

/** The low two bits of registered_delivery: 1 reports every end, 2 failures only. */
function wantsReceipt({ registered_delivery = 0 }: SmppPdu, state: FinalState): boolean {
  const asked = registered_delivery & 0x03;
  return asked === 1 || (asked === 2 && state === 'UNDELIV');
}
