import { setTimeout as pause } from 'node:timers/promises';
import { toError } from '@libs/foundation';
import {
  type HandOver,
  type InboundText,
  late,
  type OutboundMessage,
  type ProviderSession,
  type Receipt,
  type SendResult,
  type SettingProblem,
  type SmsMessage,
} from '../../contract';
import type { SmsKeyword } from '../../sms-keywords';
import { Window } from '../window';
import type { SmppAccess } from './connect';
import { LinkUnavailableError } from './errors';
import { readInboundText } from './inbound-text';
import { IntakeBatches } from './intake-batches';
import { LinkKeeper } from './link-keeper';
import { readReceipt } from './receipt';
import { Replies } from './replies';
import { partlyTaken, resultOf, resultOfError } from './result';
import type { SmppPdu } from './smpp-library';
import { SmppLink, type SmppTimes } from './smpp-link';
import { submitParts } from './submit-parts';

/** What was begun is finished, and a person waits for an answer. */
const atOnce: HandOver = { mayWrite: () => true, isUrgent: true };
const laterPartTries = 5;
const laterPartPauseMs = 500;

/** What a session is made of. */
export interface SmppSessionOptions {
  access: SmppAccess;
  times: SmppTimes;
  /** Submissions that wait for their answer at the same time. */
  windowSize: number;
  assertHost: () => Promise<void>;
  onReceipts: ((receipts: Receipt[]) => Promise<void>) | undefined;
  onTexts: ((texts: InboundText[]) => Promise<void>) | undefined;
  /** Codes by which a receipt says that a number does not exist. */
  unknownNumber: ReadonlySet<string>;
  /** Of national numbers that texts come from; empty: not known. */
  countryCode: string;
  /** What is answered to keywords; empty for nothing. */
  replies: Record<SmsKeyword, string>;
}

/** An open SMPP account: one bound transceiver, a window of submissions, receipts handed on in batches. */
export class SmppSession implements ProviderSession {
  private readonly keeper: LinkKeeper;
  private readonly window: Window;
  private readonly receipts: IntakeBatches<Receipt> | null;
  private readonly texts: IntakeBatches<InboundText> | null;
  private readonly replies: Replies;
  private readonly underWay = new Set<Promise<unknown>>();
  private reference = 0;

  constructor(private readonly options: SmppSessionOptions) {
    const { onReceipts, onTexts, windowSize } = options;
    this.receipts = onReceipts ? new IntakeBatches(onReceipts) : null;
    this.texts = onTexts ? new IntakeBatches(onTexts) : null;
    this.replies = new Replies(options.replies);
    this.window = new Window(windowSize);
    this.keeper = new LinkKeeper(() => this.open(), onReceipts !== undefined);
  }

  async verifySettings(): Promise<SettingProblem | null> {
    try {
      await this.keeper.get();
      return null;
    } catch (error) {
      const { message } = toError(error);
      return { field: error instanceof LinkUnavailableError ? error.field : 'host', message };
    }
  }

  async sendBatch(messages: OutboundMessage[], handOver: HandOver): Promise<SendResult[]> {
    const batch = Promise.all(messages.map((message) => this.send(message as SmsMessage, handOver)));
    this.underWay.add(batch);
    return batch.finally(() => this.underWay.delete(batch));
  }

  async close(): Promise<void> {
    await Promise.all(this.underWay);
    await Promise.all([this.receipts?.drain(), this.texts?.drain()]);
    await Promise.all(this.underWay);
    await this.keeper.close();
  }

  private async open(): Promise<SmppLink> {
    const { access, times, assertHost } = this.options;
    await assertHost();
    return SmppLink.open(access, times, {
      onDeliver: (pdu) => this.take(pdu),
      onLost: () => this.keeper.onLost(),
    });
  }

  /** Receipts and texts of people wait for their storage; a keyword is answered then. Anything else is taken and left. */
  private async take(pdu: SmppPdu): Promise<boolean> {
    const arrivedAt = new Date();
    const receipt = readReceipt(pdu, { arrivedAt, unknownNumber: this.options.unknownNumber });
    if (receipt) return this.receipts ? this.receipts.add(receipt) : false;
    const text = readInboundText(pdu, { arrivedAt, countryCode: this.options.countryCode });
    if (!text) return true;
    const isStored = this.texts ? await this.texts.add(text) : false;
    if (isStored) this.answer(text);
    return isStored;
  }

  /** An answer asks for no receipt, and one that is refused is not given again: whoever asks again gets it. */
  private answer(asked: InboundText): void {
    const text = this.replies.to(asked, performance.now());
    if (text === null) return;
    this.reference += 1;
    const parts = submitParts({ deliveryId: '', to: asked.from, from: asked.to, text }, this.reference);
    const sent = Promise.all(parts.map((part) => this.submit('', { ...part, registered_delivery: 0 })));
    this.underWay.add(sent);
    void sent.finally(() => this.underWay.delete(sent));
  }

  private async send(message: SmsMessage, handOver: HandOver): Promise<SendResult> {
    const { deliveryId } = message;
    this.reference += 1;
    const [first = {}, ...rest] = submitParts(message, this.reference);
    let result = await this.submit(deliveryId, first, handOver);
    for (const part of rest) {
      if (result.outcome !== 'ACCEPTED') return result;
      result = await this.submitLater(deliveryId, part);
      if (result.outcome !== 'ACCEPTED') return partlyTaken(result);
    }
    return result;
  }

  /** A later part is tried again here: the whole message cannot be, once its first part was taken. */
  private async submitLater(deliveryId: string, part: Record<string, unknown>): Promise<SendResult> {
    let result = await this.submit(deliveryId, part);
    for (let tries = 1; result.outcome === 'RETRYABLE' && tries < laterPartTries; tries += 1) {
      await pause(laterPartPauseMs);
      result = await this.submit(deliveryId, part);
    }
    return result;
  }

  /** Only the first part asks whether it may still be written: a message that was begun is finished. */
  private submit(
    deliveryId: string,
    part: Record<string, unknown>,
    { mayWrite, isUrgent }: HandOver = atOnce,
  ): Promise<SendResult> {
    return this.window.run(async () => {
      try {
        const link = await this.keeper.get();
        if (!mayWrite()) return late(deliveryId);
        return resultOf(deliveryId, await link.request('submit_sm', part));
      } catch (error) {
        return resultOfError(deliveryId, toError(error));
      }
    }, isUrgent);
  }
}
