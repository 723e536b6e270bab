import { randomBytes } from 'node:crypto';
import type { Server } from 'node:net';
import type { FaultSwitch } from '../faults/fault-switch';
import type { Inbox } from '../inbox/inbox';
import type { ReceivedSms } from '../inbox/messages';
import type { Listening } from '../listening';
import { readSegment, TextJoiner } from './segments';
import { type SmppPdu, smpp } from './smpp-library';
import { type Centre, SmscSession } from './smsc-session';

/** What the SMSC works with: who may bind, what it does wrong on purpose, where texts go. */
export interface SmscParts {
  systemId: string;
  password: string;
  faults: FaultSwitch;
  inbox: Inbox;
}

const shownCharacters = 4_000;
const againAfterMs = 200;

/** A message centre that takes texts over SMPP 3.4 and reports their end; numbers that end in 0000 are never reached. */
export class Smsc implements Centre {
  readonly server: Server = smpp.createServer((session) => new SmscSession(session, this));
  readonly systemId: string;
  readonly password: string;
  readonly faults: FaultSwitch;
  readonly receivers = new Set<SmscSession>();
  private readonly inbox: Inbox;
  private readonly joiner = new TextJoiner();
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor({ systemId, password, faults, inbox }: SmscParts) {
    this.systemId = systemId;
    this.password = password;
    this.faults = faults;
    this.inbox = inbox;
  }

  /** The inbox gets a text when its last part is in. */
  accept(pdu: SmppPdu): { messageId: string; text: string } {
    const { source_addr: from = '', destination_addr: to = '' } = pdu;
    const segment = readSegment(pdu);
    const messageId = randomBytes(8).toString('hex');
    const joined = this.joiner.add(segment, { sender: `${from} ${to}`, messageId });
    if (joined) {
      const shown = { messageId: joined.messageId, deliveryId: null, text: joined.text.slice(0, shownCharacters) };
      const message = {
        ...shown,
        at: new Date().toISOString(),
        from,
        to,
        parts: joined.parts,
        encoding: encodingOf(pdu),
      };
      this.inbox.accept('sms', { identity: `${joined.messageId} ${to}`, address: to, message });
    }
    return { messageId, text: segment.text };
  }

  /**
   * Passes a person's text on, again and again until a client has taken it.
   * @returns what resolves then; null when nobody receives now.
   */
  receive({ from, to, text }: { from: string; to: string; text: string }): Promise<void> | null {
    if (this.receivers.size === 0) return null;
    return this.untilTaken({ source_addr: from, destination_addr: to, esm_class: 0, short_message: text });
  }

  private async untilTaken(members: Record<string, unknown>): Promise<void> {
    for (;;) {
      const [receiver] = this.receivers;
      if (await receiver?.deliver(members)) return;
      await new Promise<void>((resolve) => this.later(againAfterMs, resolve));
    }
  }

  later(ms: number, task: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      task();
    }, ms);
    this.timers.add(timer);
  }

  /** Drops every receipt still to be sent, then ends the listener. */
  stop(listening: Listening): Promise<void> {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    return listening.close();
  }
}

function encodingOf({ data_coding = 0 }: SmppPdu): ReceivedSms['encoding'] {
  const alphabet = data_coding & 0x0f;
  if (alphabet === 0x08) return 'UCS-2';
  return alphabet === 0x03 ? 'Latin-1' : 'GSM-7';
}
