import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '@libs/foundation';
import type { ChannelView } from '@modules/channels';
import { ConnectionsService } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import type { CampaignContent } from '../domain/content/campaign-content';
import type { Finding } from '../domain/content/finding';
import { unknownAtOptimove } from '../domain/content/unknown-at-optimove';

const keepMs = 60_000;
const mostWaitMs = 3_000;
const mostKept = 1_000;

interface Known {
  /** In small letters; null when Optimove does not say. */
  names: Promise<ReadonlySet<string> | null>;
  until: number;
}

/** Compares the names in content with the attributes that Optimove has, as far as the API key may list them. */
@Injectable()
export class OptimoveAttributes {
  private readonly kept = new Map<string, Known>();

  constructor(private readonly connections: ConnectionsService) {}

  /** Names that Optimove does not know. Asks Optimove at most once a minute and waits a few seconds: not in a transaction. */
  async findings({ kind, connectionId }: ChannelView, content: CampaignContent): Promise<Finding[]> {
    // The values of a triggered campaign come with its calls.
    if (kind === 'TRIGGERED') return [];
    const patience = new AbortController();
    const { signal } = patience;
    const names = await Promise.race([this.names(connectionId), pause(mostWaitMs, null, { signal })]);
    patience.abort();
    return names ? unknownAtOptimove(content, names) : [];
  }

  private names(connectionId: string): Known['names'] {
    const now = performance.now();
    const known = this.kept.get(connectionId);
    if (known && known.until > now) return known.names;
    if (this.kept.size >= mostKept) this.kept.clear();
    const names = this.ask(connectionId);
    this.kept.set(connectionId, { names, until: now + keepMs });
    return names;
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
