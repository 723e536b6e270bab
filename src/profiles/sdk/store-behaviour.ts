import { systemClock } from '@libs/foundation';
import { Transactions, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { RefusedBehaviour } from '../domain/behaviour';
import type { KnownDevice } from '../domain/known-device';
import { againAfterClash } from '../persistence/again-after-clash';
import { BehaviourRepository } from '../persistence/behaviour.repository';
import type { HitsInput } from './sdk.inputs';
import { lockedOwner } from './store-attributes';

/** What became of a batch of events or tags. */
export interface StoredBehaviour {
  stored: number;
  refused: RefusedBehaviour[];
}

/** What an installation reports that its person did, stored on whoever it belongs to at that moment. */
@Injectable()
export class StoreBehaviour {
  constructor(
    private readonly transactions: Transactions,
    private readonly behaviour: BehaviourRepository,
  ) {}

  /** Hits that cannot be stored come back with their place and the reason; the others are stored. */
  store(
    { id, projectId }: KnownDevice,
    { kind, hits }: { kind: 'EVENT' | 'TAG'; hits: HitsInput['hits'] },
  ): Promise<StoredBehaviour> {
    const write = async (tx: Tx): Promise<StoredBehaviour> => {
      const profileId = await lockedOwner(tx, projectId, id);
      const batch = hits.map(({ name, value, occurredAt }) => ({
        profileId,
        deviceId: id,
        name,
        value,
        occurredAt: occurredAt === undefined ? systemClock.now() : new Date(occurredAt),
      }));
      const refused = await this.behaviour.add(tx, projectId, { kind, batch });
      return { stored: hits.length - refused.length, refused };
    };
    return againAfterClash(() => this.transactions.run(write));
  }
}
