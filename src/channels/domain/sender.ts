import type { HandOver, Medium, OutboundMessage, ProviderDefinition, SendResult } from '@libs/delivery';

/** A wish for room in the rate of an account. */
export interface RoomRequest {
  /** Messages that wait. */
  count: number;
  /** Goes before whatever is not. */
  isUrgent: boolean;
  /** An instant of `performance.now()`; after it nobody waits any more. */
  until: number;
}

/** Room for some messages in the rate of an account; used at once or given back. */
export interface Room {
  /** Messages that fit. */
  readonly count: number;
  /** Takes instants of `performance.now()`, one per message and at most `count`, in order; fewer when they went by. */
  takeTimes(count: number): number[];
  /** Gives back what was not used. */
  release(): void;
}

/** A provider account that takes messages of one medium. */
export interface Sender {
  accountId: string;
  medium: Medium;
  /** Key of the provider, such as `fcm`. */
  provider: string;
  /** Whether the provider recognises a delivery id that it has seen. */
  dedupe: ProviderDefinition['dedupe'];
  /** Messages a second that may go out, over all processes; null when nothing limits them. */
  messagesPerSecond: number | null;
  /** Milliseconds until this process tries the account again because it was down; 0 while it is in use. */
  waitMs(): number;
  /**
   * Room for some of the messages; resolves shortly before the first of them may go out, so decide then. Null when there
   * was none in time. Only for accounts with a limit.
   */
  reserve(request: RoomRequest): Promise<Room | null>;
  /**
   * One result per message, in their order. Never throws. Goes over connections that the process shares and keeps. An
   * account with a limit keeps to it by itself; `room` says what was booked for these messages.
   */
  sendBatch(messages: OutboundMessage[], handOver: HandOver, room?: Room): Promise<SendResult[]>;
}
