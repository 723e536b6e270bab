import { type ContentMedium, contentMedia } from '../content/campaign-content';

/** What became of the messages of one medium. Customers count once per execution and medium. */
export interface MediumFunnel {
  medium: ContentMedium;
  /** Customers of whom the provider accepted at least one message. */
  sent: number;
  delivered: number;
  bounced: number;
  opened: number;
  clicked: number;
  unsubscribed: number;
  complained: number;
  /** Openings and clicks of people, each time counted. */
  opens: number;
  clicks: number;
  /** What programs did. */
  machineOpens: number;
  machineClicks: number;
}

/** Shares of a medium's customers, 0 to 1; null where there is nobody to have a share of. */
export interface MediumRates {
  /** Of those who were sent to. */
  deliveryRate: number | null;
  bounceRate: number | null;
  /** Of those whom a message reached, as far as is known. */
  openRate: number | null;
  clickRate: number | null;
  unsubscribeRate: number | null;
  complaintRate: number | null;
  /** Of those who opened. */
  clickToOpenRate: number | null;
}

/** Sorts sums into media, in the order of {@link contentMedia}; media of which nothing is counted are absent. */
export function toMediumFunnels(tallies: readonly { measure: string; count: number }[]): MediumFunnel[] {
  const counts = new Map(tallies.map(({ measure, count }) => [measure, count]));
  return contentMedia.flatMap((medium) => {
    if (![...counts.keys()].some((measure) => measure.split(':')[1] === medium)) return [];
    const people = (name: string): number => counts.get(`PEOPLE:${medium}:${name}`) ?? 0;
    const events = (name: string): number => counts.get(`EVENT:${medium}:${name}`) ?? 0;
    return {
      medium,
      sent: people('SENT'),
      delivered: people('DELIVERED'),
      bounced: people('BOUNCED'),
      opened: people('OPENED'),
      clicked: people('CLICKED'),
      unsubscribed: people('UNSUBSCRIBED'),
      complained: people('COMPLAINED'),
      opens: events('OPENED'),
      clicks: events('CLICKED'),
      machineOpens: events('MACHINE_OPENED'),
      machineClicks: events('MACHINE_CLICKED'),
    };
  });
}

/**
 * Not every provider tells of deliveries, so a message is taken to have reached whoever was sent to and did not bounce;
 * those who are known to have it are never more than that. While an execution runs, people are sent to before they are summed.
 */
export function ratesOf(funnel: MediumFunnel): MediumRates {
  const sent = Math.max(funnel.sent, funnel.delivered);
  const reached = Math.max(funnel.sent - funnel.bounced, funnel.delivered);
  return {
    deliveryRate: share(funnel.delivered, sent),
    bounceRate: share(funnel.bounced, Math.max(sent, funnel.bounced)),
    openRate: share(funnel.opened, reached),
    clickRate: share(funnel.clicked, reached),
    unsubscribeRate: share(funnel.unsubscribed, Math.max(reached, funnel.unsubscribed)),
    complaintRate: share(funnel.complained, Math.max(reached, funnel.complained)),
    clickToOpenRate: share(funnel.clicked, funnel.opened),
  };
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
