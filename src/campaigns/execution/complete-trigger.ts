import { Kept } from '@libs/foundation';
import type { OptimoveCallback } from '@libs/optimove-client';
import { Notifications, Transactions } from '@libs/platform';
import { ChannelsService, type ChannelView, channelRemovals, removalOf } from '@modules/channels';
import type { ConnectionView } from '@modules/connections';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { TemplateDirectory } from '../authoring/template-directory';

/** A triggered callback with the channel and the template it is about. */
export interface CompleteCallback {
  callback: OptimoveCallback;
  /** Null when it names none of ours, or none where several are possible. */
  channel: ChannelView | null;
}

const keeping = { keepMs: 5_000, most: 1_000 };

/**
 * Some accounts send triggered callbacks without channel or template. Where the connection has only one triggered channel,
 * or the channel only one live template, there is nothing else that they can mean.
 */
@Injectable()
export class CompleteTrigger implements OnApplicationBootstrap {
  /** By what {@link removalOf} says: under load every few milliseconds a group of calls names the same. */
  private readonly named = new Kept<ChannelView | null>(keeping, (key) => {
    const [connectionId = '', channelId] = key.split(' ');
    return this.channels.findByOptimoveId(connectionId, Number(channelId));
  });

  /** Withdrawn templates, by connection and Optimove's number of the channel. */
  private readonly withdrawn = new Kept<ReadonlySet<string>>(keeping, async (key) => {
    const [connectionId = '', channelId] = key.split(' ');
    const channel = { connectionId, optimoveChannelId: Number(channelId) };
    return new Set(await this.directory.withdrawn(this.transactions.pool, channel));
  });

  constructor(
    private readonly transactions: Transactions,
    private readonly channels: ChannelsService,
    private readonly directory: TemplateDirectory,
    private readonly notifications: Notifications,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.notifications.listen(channelRemovals, (removed) => this.named.forget(removed));
  }

  /** The same callback with what it leaves out, as far as that can be told. */
  async run(connection: ConnectionView, callback: OptimoveCallback): Promise<CompleteCallback> {
    const channel = await this.channelOf(connection, callback.channelId);
    const channelId = callback.channelId ?? channel?.optimoveChannelId ?? null;
    const templateId = callback.templateId ?? (channel && (await this.onlyTemplate(connection, channel)));
    return { callback: { ...callback, channelId, templateId }, channel };
  }

  /** Whether the campaign of a template is withdrawn: nothing is sent for it until it is resumed, and at once from then on. */
  async isWithdrawn(channel: ChannelView | null, templateId: string | null): Promise<boolean> {
    if (!channel || templateId === null) return false;
    const key = `${channel.connectionId} ${channel.optimoveChannelId}`;
    if (!(await this.withdrawn.get(key)).has(templateId)) return false;
    this.withdrawn.forget(key);
    return (await this.withdrawn.get(key)).has(templateId);
  }

  private async channelOf(connection: ConnectionView, channelId: number | null): Promise<ChannelView | null> {
    if (channelId !== null) {
      return this.channelNamed(removalOf({ connectionId: connection.id, optimoveChannelId: channelId }));
    }
    const channels = await this.channels.listForConnection(connection.projectId, connection.id);
    return single(channels.filter(({ kind }) => kind === 'TRIGGERED'));
  }

  /** One that is not there may be added any moment. */
  private async channelNamed(key: string): Promise<ChannelView | null> {
    const channel = await this.named.get(key);
    if (!channel) this.named.forget(key);
    return channel;
  }

  private async onlyTemplate(connection: ConnectionView, channel: ChannelView): Promise<string | null> {
    const { optimoveChannelId } = channel;
    return single(
      await this.directory.live(this.transactions.pool, { connectionId: connection.id, optimoveChannelId }),
    );
  }
}

function single<T>(all: T[]): T | null {
  return all.length === 1 ? (all[0] ?? null) : null;
}
