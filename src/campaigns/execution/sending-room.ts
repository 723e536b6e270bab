import type { Medium } from '@libs/delivery';
import type { Room } from '@modules/channels';
import type { ExecutionContext } from './execution-context';
import type { RenderedPerson } from './render-slice';

/** How many of some people may go through the gate now, and what was booked for them at limited accounts. */
export interface SendingRoom {
  people: number;
  rooms: Map<Medium, Room>;
  /** Gives back what was not used. */
  release(): void;
}

/**
 * Books room for as many of `people`, from the first on, as the accounts take; where no account has a limit that is
 * everybody. Null when there was none before `until`, an instant of `performance.now()`.
 */
export async function reserveRoom(
  { execution, senders }: ExecutionContext,
  people: RenderedPerson[],
  until: number,
): Promise<SendingRoom | null> {
  const isUrgent = execution.kind === 'TRIGGERED';
  const limited = [...senders].flatMap(([medium, sender]) => {
    const count = people.filter(({ messages }) => messages.has(medium)).length;
    return sender.messagesPerSecond === null || count === 0 ? [] : [{ medium, sender, count }];
  });
  const answers = await Promise.all(
    limited.map(async ({ medium, sender, count }) => ({
      medium,
      room: await sender.reserve({ count, isUrgent, until }),
    })),
  );
  const rooms = new Map<Medium, Room>();
  for (const { medium, room } of answers) if (room) rooms.set(medium, room);
  const release = (): void => {
    for (const room of rooms.values()) room.release();
  };
  if (rooms.size === limited.length) return { people: fitting(people, rooms), rooms, release };
  release();
  return null;
}

/** The length of the longest beginning of `people` whose messages all fit. */
function fitting(people: RenderedPerson[], rooms: Map<Medium, Room>): number {
  const used = new Map<Medium, number>();
  for (const [index, { messages }] of people.entries()) {
    for (const medium of messages.keys()) {
      const count = (used.get(medium) ?? 0) + 1;
      if (count > (rooms.get(medium)?.count ?? Number.POSITIVE_INFINITY)) return index;
      used.set(medium, count);
    }
  }
  return people.length;
}

/** People for whom limited accounts have room within so long; infinite when none has a limit. */
export function peopleWithin({ senders }: ExecutionContext, ms: number): number {
  const rates = [...senders.values()].flatMap(({ messagesPerSecond }) => messagesPerSecond ?? []);
  return Math.ceil((Math.min(Number.POSITIVE_INFINITY, ...rates) * ms) / 1000);
}
