import { dropStates, type EndState, endStates } from './end-state';

/** How many recipients came to one end. */
export interface EndStateCount {
  state: EndState;
  count: number;
}

/** How many hand-overs of a medium came to one state. */
export interface DeliveryCount {
  medium: string;
  state: string;
  count: number;
}

/** To how many customers messages of a medium bounced, by the reason that was heard first. */
export interface BounceCount {
  medium: string;
  category: string;
  count: number;
}

/** Where the customers of an execution (or of one of its templates) went. */
export interface Funnel {
  received: number;
  ended: number;
  inProgress: number;
  sent: number;
  uncertain: number;
  failed: number;
  dropped: number;
  delivered: number;
  /** Whose message did not arrive after its provider had taken it, or who failed because an address is dead. */
  bounced: number;
  /** Of the failed: who bounced. */
  failedAsBounced: number;
  opened: number;
  clicked: number;
  unsubscribed: number;
  complained: number;
  endStates: EndStateCount[];
  deliveries: DeliveryCount[];
  bounces: BounceCount[];
}

/** What was received and what the done chunks sum to. */
export interface FunnelInput {
  received: number;
  duplicates: number;
  malformed: number;
  tallies: { measure: string; count: number }[];
}

/** Adds up a funnel: received = ended + in progress, and ended = sum of the end states. */
export function toFunnel(input: FunnelInput): Funnel {
  const counts = new Map<string, number>([
    ['MALFORMED', input.malformed],
    ['DUPLICATE', input.duplicates],
  ]);
  for (const { measure, count } of input.tallies) counts.set(measure, (counts.get(measure) ?? 0) + count);
  const states = endStates.map((state) => ({ state, count: counts.get(state) ?? 0 })).filter(({ count }) => count > 0);
  const ended = states.reduce((sum, { count }) => sum + count, 0);
  return {
    received: input.received,
    ended,
    inProgress: input.received - ended,
    sent: counts.get('SENT') ?? 0,
    uncertain: counts.get('UNCERTAIN') ?? 0,
    failed: counts.get('FAILED') ?? 0,
    dropped: dropStates.reduce((sum, state) => sum + (counts.get(state) ?? 0), 0),
    delivered: counts.get('RECEIPT:DELIVERED') ?? 0,
    bounced: (counts.get('RECEIPT:BOUNCED') ?? 0) + (counts.get('DEAD:BOUNCED') ?? 0),
    failedAsBounced: counts.get('FAILED:BOUNCED') ?? 0,
    opened: counts.get('ENGAGED:OPENED') ?? 0,
    clicked: counts.get('ENGAGED:CLICKED') ?? 0,
    unsubscribed: counts.get('ENGAGED:UNSUBSCRIBED') ?? 0,
    complained: counts.get('ENGAGED:COMPLAINED') ?? 0,
    endStates: states,
    deliveries: groupsOf(counts, 'DELIVERY').map(({ name, ...group }) => ({ ...group, state: name })),
    bounces: groupsOf(counts, 'BOUNCE').map(({ name, ...group }) => ({ ...group, category: name })),
  };
}

function groupsOf(counts: Map<string, number>, wanted: string): { medium: string; name: string; count: number }[] {
  return [...counts].flatMap(([measure, count]) => {
    const [kind, medium = '', name = ''] = measure.split(':');
    return kind === wanted ? [{ medium, name, count }] : [];
  });
}
