import type { Receipt } from '../../contract';
import { type Pdu, type Session, status } from './library';
import { receiptOf } from './receipt';

interface Arrived {
  session: Session;
  pdu: Pdu;
  receipt: Receipt;
}

const collectMs = 20;

/** Collects receipts for a moment, has them stored together, and only then tells the SMS centre that they arrived. */
export class ReceiptInbox {
  private arrived: Arrived[] = [];
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly store: (receipts: Receipt[]) => Promise<void>) {}

  /** Takes a deliver_sm. What is no receipt is answered at once. */
  take(session: Session, pdu: Pdu): void {
    const receipt = receiptOf(pdu, new Date());
    if (!receipt) {
      session.send(pdu.response());
      return;
    }
    this.arrived.push({ session, pdu, receipt });
    this.timer ??= setTimeout(() => void this.flush(), collectMs);
  }

  /** Stores what has been collected; the SMS centre repeats what could not be stored. */
  async flush(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const batch = this.arrived;
    this.arrived = [];
    if (batch.length === 0) return;
    const isStored = await this.store(batch.map(({ receipt }) => receipt)).then(
      () => true,
      () => false,
    );
    const answer = isStored ? {} : { command_status: status.temporaryError };
    for (const { session, pdu } of batch) session.send(pdu.response(answer));
  }
}
