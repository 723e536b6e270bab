import type { Room } from '@modules/channels';
import type { ExecutionContext } from './execution-context';
import type { RenderedPerson } from './render-slice';

/** How many of some people may go through the gate now, and what was booked for them at limited accounts, by account. */
export interface SendingRoom {
  people: number;
  rooms: Map<string, Room>;
  /** Gives back what was not used. */
  release(): void;
}

/** The accounts that a person's messages go to, one entry per message. */
export type AccountsOf = (person: RenderedPerson) => string[];

/** Whom the room is for. */
export interface RoomRequest {
  people: RenderedPerson[];
  accountsOf: AccountsOf;
  /** An instant of `performance.now()`. */
  until: number;
}

/**
 * Books room for as many of the people, from the first on, as the accounts take; where no account has a limit that is
 * everybody. Null when there was none in time.
 */
export async function reserveRoom(
  { execution, senders }: ExecutionContext,
  { people, accountsOf, until }: RoomRequest,
): Promise<SendingRoom | null> {
  const isUrgent = execution.kind === 'TRIGGERED';
  const wanted = people.flatMap(accountsOf);
  const limited = senders.all.flatMap((sender) => {
    const count = wanted.filter((accountId) => accountId === sender.accountId).length;
    return sender.messagesPerSecond === null || count === 0 ? [] : [{ sender, count }];
  });
  const answers = await Promise.all(
    limited.map(async ({ sender, count }) => ({
      accountId: sender.accountId,
      room: await sender.reserve({ count, isUrgent, until }),
    })),
  );
  const rooms = new Map<string, Room>();
  for (const { accountId, room } of answers) if (room) rooms.set(accountId, room);
  const release = (): void => {
    for (const room of rooms.values()) room.release();
  };
  if (rooms.size === limited.length) return { people: fitting(people, rooms, accountsOf), rooms, release };
  release();
  return null;
}

/**
 * The length of the longest beginning of `people` whose messages all fit. It is never empty: somebody may have more phones
 * than fit at once, and what has no room is booked for as it goes out.
 */
function fitting(people: RenderedPerson[], rooms: Map<string, Room>, accountsOf: AccountsOf): number {
  const used = new Map<string, number>();
  for (const [index, person] of people.entries()) {
    for (const accountId of accountsOf(person)) {
      const count = (used.get(accountId) ?? 0) + 1;
      if (count > (rooms.get(accountId)?.count ?? Number.POSITIVE_INFINITY)) return Math.max(1, index);
      used.set(accountId, count);
    }
  }
  return people.length;
}

/** People for whom limited accounts have room within so long; infinite when none has a limit. */
export function peopleWithin({ senders }: ExecutionContext, ms: number): number {
  const rates = senders.all.flatMap(({ messagesPerSecond }) => messagesPerSecond ?? []);
  return Math.ceil((Math.min(Number.POSITIVE_INFINITY, ...rates) * ms) / 1000);
}
