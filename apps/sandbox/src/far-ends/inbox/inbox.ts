import { type Arrival, type InboxCounts, MediumInbox } from './medium-inbox';
import { type FarMedium, farMedia, type MessageOf } from './messages';

/** The counts of one medium with its newest messages first. */
export type InboxReport<M extends FarMedium = FarMedium> = InboxCounts & { last: MessageOf[M][] };

/** Everything the far ends received, by medium. */
export class Inbox {
  private readonly media: { [M in FarMedium]: MediumInbox<MessageOf[M]> };

  /** `keep` is how many messages of each medium stay readable. */
  constructor(keep: number) {
    this.media = {
      mobilePush: new MediumInbox(keep),
      apns: new MediumInbox(keep),
      webPush: new MediumInbox(keep),
      email: new MediumInbox(keep),
      sms: new MediumInbox(keep),
    };
  }

  accept<M extends FarMedium>(medium: M, arrival: Arrival<MessageOf[M]>): void {
    this.media[medium].accept(arrival);
  }

  /** Counts and newest messages of every medium; `limit` bounds the messages of each. */
  report(limit?: number): { [M in FarMedium]: InboxReport<M> } {
    const { mobilePush, apns, webPush, email, sms } = this.media;
    return {
      mobilePush: { ...mobilePush.counts(), last: mobilePush.last(limit) },
      apns: { ...apns.counts(), last: apns.last(limit) },
      webPush: { ...webPush.counts(), last: webPush.last(limit) },
      email: { ...email.counts(), last: email.last(limit) },
      sms: { ...sms.counts(), last: sms.last(limit) },
    };
  }

  /** Every address that received something over the medium, with its count. */
  recipients(medium: FarMedium): Iterable<{ address: string; count: number }> {
    return this.media[medium].recipients();
  }

  /** Forgets everything. */
  clear(): void {
    for (const medium of farMedia) this.media[medium].clear();
  }
}
