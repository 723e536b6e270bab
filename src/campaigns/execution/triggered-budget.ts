import type { ConnectionView } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import { CampaignsConfig } from '../campaigns.config';
import { TriggeredBudgetRepository } from '../persistence/ledger/triggered-budget.repository';

/** Booked ahead at once, so that most messages cost no booking. */
const blockShare = 0.05;
const useWithinMs = 2_000;

/** A connection and its own limit, if it has one. */
export type CappedConnection = Pick<ConnectionView, 'id' | 'triggeredPerMinute'>;

interface Block {
  left: number;
  minute: string;
  until: number;
}

/** How many triggered messages of a connection may go on: whatever is more waits for the next minute. */
@Injectable()
export class TriggeredBudget {
  private readonly blocks = new Map<string, Block>();

  constructor(
    private readonly repository: TriggeredBudgetRepository,
    private readonly config: CampaignsConfig,
  ) {}

  /** Takes room for up to `wanted` messages; 0 when the minute is used up. */
  async take(connection: CappedConnection, wanted: number): Promise<number> {
    const block = this.usable(connection.id) ?? (await this.book(connection));
    const taken = Math.min(block.left, wanted);
    block.left -= taken;
    return taken;
  }

  /** Gives back room that was not used. */
  giveBack(connectionId: string, count: number): void {
    const block = this.blocks.get(connectionId);
    if (block) block.left += count;
  }

  private usable(connectionId: string): Block | null {
    const block = this.blocks.get(connectionId);
    return block && block.left > 0 && performance.now() < block.until ? block : null;
  }

  private async book({ id: connectionId, triggeredPerMinute }: CappedConnection): Promise<Block> {
    await this.returnRest(connectionId);
    const perMinute = triggeredPerMinute ?? this.config.TRIGGERED_PER_MINUTE;
    const wanted = Math.ceil(perMinute * blockShare);
    const { count, minute } = await this.repository.book(connectionId, { wanted, perMinute });
    const block = { left: count, minute, until: performance.now() + useWithinMs };
    this.blocks.set(connectionId, block);
    return block;
  }

  /** What a block has left when its time is over belongs to the minute again: other messages come within it. */
  private async returnRest(connectionId: string): Promise<void> {
    const block = this.blocks.get(connectionId);
    this.blocks.delete(connectionId);
    if (block && block.left > 0) {
      await this.repository.giveBack(connectionId, { count: block.left, minute: block.minute });
    }
  }
}
