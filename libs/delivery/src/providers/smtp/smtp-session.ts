import { toError } from '@libs/foundation';
import {
  type EmailMessage,
  type HandOver,
  late,
  type OutboundMessage,
  type ProviderSession,
  type SendResult,
  type SettingProblem,
} from '../../contract';
import { composeMail, messageIdOf } from './mime';
import { resultOf } from './result';
import { type MailError, type MailServer, SmtpLine } from './smtp-line';

interface Waiting {
  message: EmailMessage;
  handOver: HandOver;
  done: (result: SendResult) => void;
}

/** How a session works. */
export interface SmtpSessionOptions {
  connections: number;
  /** Name of the metadata in which the provider gives the message's token back; null where it gives the Message-ID back. */
  givesBack: string | null;
  /** Throws when the host is not one that may be called. */
  assertHost: () => Promise<void>;
}

/** An open mail account: a fixed number of connections, for which the urgent messages wait before all others. */
export class SmtpSession implements ProviderSession {
  private readonly urgent: Waiting[] = [];
  private readonly others: Waiting[] = [];
  private readonly idle: SmtpLine[];
  private readonly lines: SmtpLine[];
  private readonly underWay = new Set<Promise<unknown>>();

  private readonly assertHost: () => Promise<void>;

  constructor(
    private readonly server: MailServer,
    private readonly options: SmtpSessionOptions,
  ) {
    const { connections, assertHost } = options;
    this.assertHost = assertHost;
    this.lines = Array.from({ length: connections }, () => new SmtpLine(server));
    this.idle = [...this.lines];
  }

  async verifySettings(): Promise<SettingProblem | null> {
    const line = new SmtpLine(this.server);
    try {
      await this.assertHost();
    } catch (error) {
      return { field: 'host', message: toError(error).message };
    }
    const problem = await line.open();
    line.close();
    return problem && describe(problem);
  }

  sendBatch(messages: OutboundMessage[], handOver: HandOver): Promise<SendResult[]> {
    const batch = this.sendAll(messages, handOver);
    this.underWay.add(batch);
    return batch.finally(() => this.underWay.delete(batch));
  }

  async close(): Promise<void> {
    await Promise.all(this.underWay);
    for (const line of this.lines) line.close();
  }

  private async sendAll(messages: OutboundMessage[], handOver: HandOver): Promise<SendResult[]> {
    try {
      await this.assertHost();
    } catch (error) {
      const retryable = { outcome: 'RETRYABLE', reason: 'HOST_REFUSED', retryAfterMs: null } as const;
      return messages.map(({ deliveryId }) => ({ ...retryable, deliveryId, detail: toError(error).message }));
    }
    return Promise.all(messages.map((message) => this.enqueue(message as EmailMessage, handOver)));
  }

  private enqueue(message: EmailMessage, handOver: HandOver): Promise<SendResult> {
    return new Promise((done) => {
      this.rowOf(handOver).push({ message, handOver, done });
      const line = this.idle.pop();
      if (line) void this.work(line);
    });
  }

  private async work(line: SmtpLine): Promise<void> {
    for (let next = this.next(); next; next = this.next()) {
      if (!next.handOver.mayWrite()) {
        next.done(late(next.message.deliveryId));
        continue;
      }
      const problem = await line.open();
      if (!problem) next.done(await this.send(line, next));
      else if (this.leaveToOthers(line, next)) break;
      else this.giveBack([next, ...this.urgent.splice(0), ...this.others.splice(0)], problem);
    }
    this.idle.unshift(line);
  }

  private next(): Waiting | undefined {
    return this.urgent.shift() ?? this.others.shift();
  }

  private rowOf({ isUrgent }: HandOver): Waiting[] {
    return isUrgent ? this.urgent : this.others;
  }

  /** A server may allow fewer connections than we would like: those that stand go on. */
  private leaveToOthers(line: SmtpLine, next: Waiting): boolean {
    const isAnyAtWork = this.lines.some((other) => other !== line && !this.idle.includes(other));
    if (isAnyAtWork) this.rowOf(next.handOver).unshift(next);
    return isAnyAtWork;
  }

  /** No connection can be made: waiting for it once per message would take far too long. */
  private giveBack(waiting: Waiting[], error: MailError): void {
    for (const { message, done } of waiting)
      done(resultOf(message.deliveryId, '', { isAccepted: false, error, wasWritten: false }));
  }

  private async send(line: SmtpLine, { message, handOver }: Waiting): Promise<SendResult> {
    const { fromAddress, to, deliveryId } = message;
    const raw = await composeMail(message, this.options.givesBack).catch((error: unknown) => error as Error);
    if (!Buffer.isBuffer(raw)) {
      return { outcome: 'REJECTED', deliveryId, reason: 'MIME', detail: raw.message, isAddressDead: false };
    }
    // Connecting and logging in may have taken long.
    if (!handOver.mayWrite()) return late(deliveryId);
    return resultOf(deliveryId, messageIdOf(message), await line.send({ from: fromAddress, to, raw }));
  }
}

function describe({ code, response, message }: MailError): SettingProblem {
  if (code === 'EAUTH')
    return { field: 'password', message: `The mail server refused the login: ${response ?? message}` };
  return { field: 'host', message: `The mail server cannot be used: ${response ?? message}` };
}
