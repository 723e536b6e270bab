import { setTimeout as pause } from 'node:timers/promises';
import { AppError, Kept } from '@libs/foundation';
import type { ChannelView } from '@modules/channels';
import { ConnectionsService } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import type { CampaignContent } from '../domain/content/campaign-content';
import type { Finding } from '../domain/content/finding';
import { unknownAtOptimove } from '../domain/content/unknown-at-optimove';

const keeping = { keepMs: 60_000, most: 1_000 };
const mostWaitMs = 3_000;

/** Compares the names in content with the attributes that Optimove has, as far as the API key may list them. */
@Injectable()
export class OptimoveAttributes {
  /** In small letters; null when Optimove does not say. */
  private readonly names = new Kept<ReadonlySet<string> | null>(keeping, (connectionId) => this.ask(connectionId));

  constructor(private readonly connections: ConnectionsService) {}

  /** Names that Optimove does not know. Asks Optimove at most once a minute and waits a few seconds: not in a transaction. */
  async findings({ kind, connectionId }: ChannelView, content: CampaignContent): Promise<Finding[]> {
    // The values of a triggered campaign come with its calls.
    if (kind === 'TRIGGERED') return [];
    const patience = new AbortController();
    const { signal } = patience;
    const names = await Promise.race([this.names.get(connectionId), pause(mostWaitMs, null, { signal })]);
    patience.abort();
    return names ? unknownAtOptimove(content, names) : [];
  }

  private async ask(connectionId: string): Promise<ReadonlySet<string> | null> {
    try {
      const names = await (await this.connections.clientFor(connectionId)).getCustomerAttributeNames();
      return names && new Set(names.map((name) => name.toLowerCase()));
    } catch (error) {
      if (error instanceof AppError) return null;
      throw error;
    }
  }
}
