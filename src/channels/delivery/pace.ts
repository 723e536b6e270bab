import { type HandOver, late, type OutboundMessage, type SendResult } from '@libs/delivery';
import type { Room } from '../domain/sender';
import { type AccountRate, pauseUntil } from './account-rate';

/** Messages whose times are so close go out together. */
const togetherMs = 50;
/** Whatever was not foreseen waits no longer than this for its room. */
const longestWaitMs = 1_000;

interface Group {
  at: number;
  messages: OutboundMessage[];
}

/** What is to be paced. */
export interface PacedBatch {
  messages: OutboundMessage[];
  handOver: HandOver;
  /** What was booked for them; what it lacks is booked now. */
  room: Room | undefined;
  /** Is told when booking failed. */
  notBooked: (error: unknown) => void;
  send: (messages: OutboundMessage[], handOver: HandOver) => Promise<SendResult[]>;
}

/**
 * Hands messages over at the pace of the account. What finds no room in time is answered as late, and so is what none could
 * be booked for.
 */
export async function sendPaced(rate: AccountRate, batch: PacedBatch): Promise<SendResult[]> {
  const { messages, handOver, room, send, notBooked } = batch;
  const times = room?.takeTimes(messages.length) ?? [];
  const until = performance.now() + longestWaitMs;
  while (times.length < messages.length) {
    const more = await rate.reserve({ count: messages.length - times.length, isUrgent: true, until }).catch(notBooked);
    if (!more) break;
    times.push(...more.takeTimes(messages.length - times.length));
  }
  const results = await Promise.all(
    groupsOf(messages, times).map(async (group) => {
      await pauseUntil(group.at);
      return send(group.messages, handOver);
    }),
  );
  return [...results.flat(), ...messages.slice(times.length).map(({ deliveryId }) => late(deliveryId))];
}

function groupsOf(messages: OutboundMessage[], times: number[]): Group[] {
  const groups: Group[] = [];
  times.forEach((at, index) => {
    const message = messages[index];
    const last = groups.at(-1);
    if (!message) return;
    if (last && at - last.at < togetherMs) last.messages.push(message);
    else groups.push({ at, messages: [message] });
  });
  return groups;
}
