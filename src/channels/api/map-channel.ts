import { mediaOfKind } from '../domain/channel-kind';
import { listenerEventsOf } from '../domain/listener-events';
import type { ChannelEntity } from '../persistence/channel.entity';
import type { ChannelType } from './channel.type';

/** A channel as GraphQL shows it. */
export function toChannelType(channel: ChannelEntity): ChannelType {
  const { id, connectionId, kind, name, optimoveChannelId, state, lastError, spreadMinutes } = channel;
  const { listenerRegisteredAt, createdAt, updatedAt } = channel;
  return {
    ...{ id, connectionId, kind, name, optimoveChannelId, state, lastError, spreadMinutes },
    ...{ listenerRegisteredAt, createdAt, updatedAt },
    media: mediaOfKind(kind),
    listenerEventTypeIds: listenerEventsOf(kind).map(({ eventTypeId }) => eventTypeId),
  };
}
