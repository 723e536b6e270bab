import type { EndState } from './end-state';
import { endStates } from './end-state';

/** What would become of one recipient now. */
export interface Rehearsed {
  seq: number;
  /** SENT stands for "would be handed over". */
  state: EndState;
  reason: string | null;
  isMatched: boolean;
  numberProblem: string | null;
  /** Messages that the gate would let out, one per address. */
  messages: { medium: string; smsParts: number }[];
  /** Merge fields without a value: the message goes without them, or not at all, as its campaign says. */
  missingFields: string[];
}

/** The funnel that would result. received = the sum of endStates. */
export interface RehearsalSums {
  received: number;
  matched: number;
  badNumbers: number;
  endStates: { state: EndState; count: number }[];
  missingFields: { field: string; customers: number }[];
  messages: { medium: string; count: number }[];
  smsParts: number;
  /** In the currency of the price; null without a price. */
  smsCost: number | null;
  /** Why a Direct campaign would wait instead of going out; null when nothing holds it. */
  holdReason: string | null;
}

const mostFields = 200;

/** Adds a rehearsal up. Its size does not grow with the audience. */
export class RehearsalCounter {
  /** Customers who were kept by name. */
  named = 0;
  private received = 0;
  private matched = 0;
  private badNumbers = 0;
  private smsParts = 0;
  private readonly states = new Map<EndState, number>();
  private readonly fields = new Map<string, number>();
  private readonly messages = new Map<string, number>();

  /** Rows that end before anybody is looked up. */
  addDropped(state: 'MALFORMED' | 'DUPLICATE' | 'CONTROL_GROUP', count: number): void {
    if (count === 0) return;
    this.received += count;
    increase(this.states, state, count);
  }

  add({ state, isMatched, numberProblem, messages, missingFields }: Rehearsed): void {
    this.received += 1;
    if (isMatched) this.matched += 1;
    if (numberProblem !== null) this.badNumbers += 1;
    increase(this.states, state, 1);
    for (const field of missingFields) {
      if (this.fields.size < mostFields || this.fields.has(field)) increase(this.fields, field, 1);
    }
    for (const { medium, smsParts } of messages) {
      increase(this.messages, medium, 1);
      this.smsParts += smsParts;
    }
  }

  sums(smsPartPrice: number | null): RehearsalSums {
    const { received, matched, badNumbers, smsParts } = this;
    return {
      received,
      matched,
      badNumbers,
      endStates: endStates.flatMap((state) => {
        const count = this.states.get(state);
        return count ? [{ state, count }] : [];
      }),
      missingFields: [...this.fields].map(([field, customers]) => ({ field, customers })),
      messages: [...this.messages].map(([medium, count]) => ({ medium, count })),
      smsParts,
      smsCost: smsPartPrice === null ? null : Math.round(smsParts * smsPartPrice * 10_000) / 10_000,
      holdReason: null,
    };
  }
}

function increase<K>(counts: Map<K, number>, key: K, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
