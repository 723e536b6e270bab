import { type Customer, indexOf, makeCustomer, peculiarityOf } from './customer';
import type { CustomerMix, Peculiarity } from './mix';

/** Whom a campaign is sent to. Nothing of it is stored: every row is made when it is asked for. */
export interface Audience {
  count: number;
  seed: number;
  mix: CustomerMix;
}

/** A row of the recipient list. */
export type AudienceRow =
  | { kind: 'customer'; customer: Customer; position: number }
  | { kind: 'malformed'; position: number };

/** Rows in all: customers, repeats of some and malformed ones. */
export function rowCount(audience: Audience): number {
  return audience.count + duplicates(audience) + malformed(audience);
}

/** The rows from `skip` on, at most `top`: customers first, then repeats of the first ones, then malformed rows. */
export function* audienceRows(audience: Audience, skip: number, top: number): Generator<AudienceRow> {
  const end = Math.min(skip + top, rowCount(audience));
  const repeatsFrom = audience.count;
  const malformedFrom = repeatsFrom + duplicates(audience);
  for (let position = skip; position < end; position += 1) {
    if (position >= malformedFrom) yield { kind: 'malformed', position };
    else {
      const index = position < repeatsFrom ? position : position - repeatsFrom;
      yield { kind: 'customer', customer: makeCustomer(audience.seed, audience.mix, index), position: index };
    }
  }
}

/** The customer of an ID among several audiences, or null when none holds such a one. */
export function findCustomer(audiences: Audience[], customerId: string): Customer | null {
  for (const { seed, mix, count } of audiences) {
    const index = indexOf(seed, customerId);
    if (index !== null && index < count) return makeCustomer(seed, mix, index);
  }
  return null;
}

/** What the list holds, to compare with what came of it. */
export interface AudienceCounts extends Record<Peculiarity | 'ordinary', number> {
  rows: number;
  customers: number;
  duplicates: number;
  malformed: number;
}

/** Counts the list by asking for the peculiarity of every customer. */
export function countAudience(audience: Audience): AudienceCounts {
  const counts: AudienceCounts = {
    rows: rowCount(audience),
    customers: audience.count,
    duplicates: duplicates(audience),
    malformed: malformed(audience),
    ordinary: 0,
    unmatched: 0,
    unsubscribed: 0,
    emailUnsubscribed: 0,
    smsUnsubscribed: 0,
    pushUnsubscribed: 0,
    noDevice: 0,
    badNumber: 0,
    notSet: 0,
  };
  for (let index = 0; index < audience.count; index += 1) {
    counts[peculiarityOf(audience.seed, audience.mix, index) ?? 'ordinary'] += 1;
  }
  return counts;
}

function duplicates({ count, mix }: Audience): number {
  return Math.round(count * mix.duplicate);
}

function malformed({ count, mix }: Audience): number {
  return Math.round(count * mix.malformed);
}
