/** An attribute that the operator keeps in Optimove and whose daily changes can be asked for. */
export interface DailyAttribute {
  name: string;
  /** Whether Optimove has registered it for this vendor. */
  isReleased: boolean;
  /** Values as of now, by customer. */
  values: Map<string, string | null>;
  /** What each customer changed since the last data date had. */
  pending: Map<string, string | null>;
  /** What changed from the day before to the data date. */
  changes: Iterable<DailyChange>;
  /** Changes of this many made-up customers are part of the next data date. */
  madeUp: MadeUpChanges | null;
}

/** One customer's change. */
export interface DailyChange {
  customerId: string;
  initial: string | null;
  final: string | null;
}

/** Changes made as they are read, so that a million of them cost no memory. */
export interface MadeUpChanges {
  count: number;
  /** Customers are `<prefix><number from 0 on>`. */
  prefix: string;
  /** Values in turn. */
  values: (string | null)[];
}

/** How changes are spelt: as the API of today does, or as that of 2016 to 2020 did. */
export const changeSpellings = ['TODAY', 'OLD'] as const;

/** One of {@link changeSpellings}. */
export type ChangeSpelling = (typeof changeSpellings)[number];

/** An attribute that nobody has. */
export function newDailyAttribute(name: string): DailyAttribute {
  return { name, isReleased: true, values: new Map(), pending: new Map(), changes: [], madeUp: null };
}

/** Gives a customer a value; it is seen when the data date advances. */
export function setValue(attribute: DailyAttribute, customerId: string, value: string | null): void {
  const before = attribute.values.get(customerId) ?? null;
  if (!attribute.pending.has(customerId)) attribute.pending.set(customerId, before);
  attribute.values.set(customerId, value);
}

/** A day has passed: the changes of the day before can no longer be had. */
export function advanceDay(attribute: DailyAttribute): void {
  const { pending, values, madeUp } = attribute;
  const changes = [...pending].map(([customerId, initial]) => ({
    customerId,
    initial,
    final: values.get(customerId) ?? null,
  }));
  attribute.changes = madeUp ? { [Symbol.iterator]: () => makeUp(madeUp, changes) } : changes;
  attribute.pending = new Map();
  attribute.madeUp = null;
}

/** Changes as rows of the wire. */
export function* changeRows(
  changes: Iterable<DailyChange>,
  { spelling, further }: { spelling: ChangeSpelling; further: ((customerId: string) => (string | null)[]) | null },
): Generator<object> {
  for (const { customerId, initial, final } of changes) {
    const values =
      spelling === 'TODAY'
        ? { InitialCustomerAttribute: initial, FinalCustomerAttribute: final }
        : { InitialCustomerAttributes: initial ?? 'NULL', FinalCustomerAttributes: final ?? 'NULL' };
    yield { CustomerID: customerId, ...values, ...(further ? { CustomerAttributes: further(customerId) } : {}) };
  }
}

function* makeUp({ count, prefix, values }: MadeUpChanges, others: DailyChange[]): Generator<DailyChange> {
  for (let index = 0; index < count; index += 1) {
    yield { customerId: `${prefix}${index}`, initial: null, final: values[index % values.length] ?? null };
  }
  yield* others;
}
