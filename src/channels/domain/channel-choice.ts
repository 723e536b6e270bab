import { type ChannelKind, isSameName, smsSubscriptionChannelId, usualNameOf } from './channel-kind';
import type { ChannelProblem } from './channel-problem';

/** What the marketer asked for. */
export interface WantedChannel {
  kind: ChannelKind;
  name?: string | null;
  optimoveChannelId?: number | null;
}

/** A channel as Optimove lists it. */
export interface KnownChannel {
  id: number;
  name: string;
}

/** What Optimove lists, or null channels and why not. */
export interface ChannelListing {
  channels: KnownChannel[] | null;
  problem: string | null;
}

/** The channel to add, or what the caller has to mend. */
export type ChannelChoice = { channel: KnownChannel } | { problem: ChannelProblem };

/**
 * Finds the Optimove channel that was meant: by number, by name, or by the usual name of its kind.
 * Where the list cannot be read, a typed number is taken as it is.
 */
export function chooseChannel(wanted: WantedChannel, listing: ChannelListing): ChannelChoice {
  if (wanted.kind === 'SMS_SUBSCRIPTION') return subscriptionChannel(wanted, listing.channels);
  const choice = isGiven(wanted.optimoveChannelId)
    ? byNumber(wanted, wanted.optimoveChannelId, listing.channels)
    : byName(wanted, listing);
  if ('problem' in choice || choice.channel.id !== smsSubscriptionChannelId) return choice;
  return refuse({
    code: 'SUBSCRIPTION_CHANNEL',
    path: [isGiven(wanted.optimoveChannelId) ? 'optimoveChannelId' : 'name'],
    message: 'Channel 444 only receives SMS subscription status and is never sent on; add it as SMS_SUBSCRIPTION',
  });
}

/** The subscription channel has one number, so nobody needs to type or find it. */
function subscriptionChannel(wanted: WantedChannel, known: KnownChannel[] | null): ChannelChoice {
  const id = wanted.optimoveChannelId ?? smsSubscriptionChannelId;
  if (id === smsSubscriptionChannelId) return byNumber(wanted, id, known);
  return refuse({
    code: 'SUBSCRIPTION_CHANNEL',
    path: ['optimoveChannelId'],
    message: 'SMS subscription status goes to Optimove channel 444 only; leave the number out or type 444',
  });
}

function byNumber(wanted: WantedChannel, id: number, known: KnownChannel[] | null): ChannelChoice {
  const found = known?.find((channel) => channel.id === id);
  if (known && !found) {
    return refuse({
      code: 'UNKNOWN_CHANNEL',
      path: ['optimoveChannelId'],
      message: `Optimove has no channel ${id} in this account; ${listed(known)}`,
    });
  }
  return { channel: { id, name: wanted.name ?? found?.name ?? usualNameOf(wanted.kind) } };
}

function byName(wanted: WantedChannel, { channels: known, problem: reason }: ChannelListing): ChannelChoice {
  if (!known) {
    const message = `${reason ?? 'The channels cannot be listed'}. Type the channel number instead`;
    return refuse({ code: 'UNKNOWN_CHANNEL', path: ['optimoveChannelId'], message });
  }
  const name = wanted.name ?? usualNameOf(wanted.kind);
  const matches = known.filter((channel) => isSameName(channel.name, name));
  const [channel] = matches;
  if (channel && matches.length === 1) return { channel };
  const problem = channel
    ? `Optimove has several channels named ${name}; type the number of the one you mean`
    : `Optimove has no channel named ${name} in this account; ${listed(known)}`;
  const path = channel || !wanted.name ? ['optimoveChannelId'] : ['name'];
  return refuse({ code: 'UNKNOWN_CHANNEL', path, message: problem });
}

const mostListed = 20;

function listed(known: KnownChannel[]): string {
  if (known.length === 0) return 'it has none; ask your Optimove account manager to enable them';
  const names = known.slice(0, mostListed).map(({ id, name }) => `${id} ${name}`);
  return `it has ${names.join(', ')}${known.length > mostListed ? ', …' : ''}`;
}

const isGiven = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined;

const refuse = (problem: ChannelProblem): ChannelChoice => ({ problem });
