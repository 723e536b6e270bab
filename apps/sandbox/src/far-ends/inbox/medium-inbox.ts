import { AddressBook } from './address-book';
import { IdIndex } from './id-index';

/** The counts of one medium. */
export interface InboxCounts {
  /** Every message the far end accepted. */
  received: number;
  /** How many different delivery ids they carried. */
  unique: number;
  /** How many carried a delivery id that had come before. */
  duplicates: number;
  /** How many different addresses received something. */
  recipients: number;
}

/** One accepted message: what identifies it, whom it reached, and what to show of it. */
export interface Arrival<Message> {
  identity: string;
  address: string;
  message: Message;
}

/** Counts everything one far end accepts and keeps the last messages; older ones leave only their ids behind. */
export class MediumInbox<Message> {
  private ids = new IdIndex();
  private addresses = new AddressBook();
  private latest: Message[] = [];
  private oldestAt = 0;
  private received = 0;

  constructor(private readonly keep: number) {}

  accept(arrival: Arrival<Message>): void {
    this.received += 1;
    this.ids.add(arrival.identity);
    this.addresses.add(arrival.address);
    this.remember(arrival.message);
  }

  counts(): InboxCounts {
    const unique = this.ids.size;
    return { received: this.received, unique, duplicates: this.received - unique, recipients: this.addresses.size };
  }

  /** The newest messages first, at most `limit`. */
  last(limit = this.keep): Message[] {
    const inOrder = [...this.latest.slice(this.oldestAt), ...this.latest.slice(0, this.oldestAt)];
    return inOrder.reverse().slice(0, limit);
  }

  /** Every address that received something, in the order of first arrival. */
  recipients(): Iterable<{ address: string; count: number }> {
    return this.addresses.entries();
  }

  clear(): void {
    this.ids = new IdIndex();
    this.addresses = new AddressBook();
    this.latest = [];
    this.oldestAt = 0;
    this.received = 0;
  }

  private remember(message: Message): void {
    if (this.latest.length < this.keep) {
      this.latest.push(message);
      return;
    }
    this.latest[this.oldestAt] = message;
    this.oldestAt = (this.oldestAt + 1) % this.keep;
  }
}
