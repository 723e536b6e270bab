import type { Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** A customer of a connection with a User ID attribute, and the user ID under which it was found. */
export interface FoundCustomer {
  customerId: string;
  userId: string;
}

/** Does what has to be done before anybody is sent to, in the transaction of the match. */
export type MatchHandler = (
  tx: Tx,
  owner: { projectId: string; connectionId: string },
  found: FoundCustomer[],
) => Promise<void>;

/** Upper modules register here what must happen when customers turn out to be other people than before, or somebody at all. */
@Injectable()
export class Matches {
  private readonly handlers: MatchHandler[] = [];

  /** Called while the process starts. */
  register(handler: MatchHandler): void {
    this.handlers.push(handler);
  }

  /** Tells every module, one after the other. */
  async tell(...[tx, owner, found]: Parameters<MatchHandler>): Promise<void> {
    if (found.length === 0) return;
    for (const handler of this.handlers) await handler(tx, owner, found);
  }
}
