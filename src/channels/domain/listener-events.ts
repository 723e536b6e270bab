import type { ChannelKind } from './channel-kind';

/** What a listener is registered for. */
export interface ListenerEvent {
  eventTypeId: number;
  /** Whether only for the channel, or once for the whole connection. */
  scope: 'CHANNEL' | 'CONNECTION';
}

const onChannel = (eventTypeId: number): ListenerEvent => ({ eventTypeId, scope: 'CHANNEL' });

/** Optimove API: the daily process is complete, so changed data can be read. */
const dataUpdated: ListenerEvent = { eventTypeId: 3, scope: 'CONNECTION' };

/**
 * Optimove API: 13 executed on the channel, 1 processed with at least one channel ready, 4 cancelled. Never 5: a
 * tenant has one gateway for conditional execution, and registering it would evict the customer's own.
 */
const scheduled = [onChannel(13), onChannel(1), onChannel(4), dataUpdated];

const events: Record<ChannelKind, ListenerEvent[]> = {
  MOBILE_PUSH: scheduled,
  WEB_PUSH: scheduled,
  TRIGGERED: [onChannel(11), dataUpdated],
  SMS_SUBSCRIPTION: [],
};

/** The events that a channel of this kind needs; none where nothing is sent. */
export function listenerEventsOf(kind: ChannelKind): ListenerEvent[] {
  return events[kind];
}
