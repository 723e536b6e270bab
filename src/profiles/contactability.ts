import type { Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { ContactabilityRow } from './domain/contactability';
import { ContactabilityRepository } from './persistence/contactability.repository';

/** Who can be contacted on which medium, and the list of people for whom that may have changed. */
@Injectable()
export class Contactability {
  constructor(private readonly repository: ContactabilityRepository) {}

  /**
   * From the commit of `tx` on, changes of this project are noted. Those of transactions that had begun before are not:
   * whoever reads everything once has to wait until these have ended.
   */
  watch(tx: Tx, projectId: string): Promise<void> {
    return this.repository.watch(tx, projectId);
  }

  /** Stops noting and drops what was noted. */
  forget(tx: Tx, projectId: string): Promise<void> {
    return this.repository.forget(tx, projectId);
  }

  /** Profile ids whose state may have changed, each once; they are off the list when `tx` commits. */
  take(tx: Tx, projectId: string, limit: number): Promise<string[]> {
    return this.repository.take(tx, projectId, limit);
  }

  /** Puts people on that list, because of what others know about them. */
  note(tx: Tx, projectId: string, profileIds: string[]): Promise<void> {
    return this.repository.note(tx, projectId, profileIds);
  }

  /** The next identified people after an id, in the order of ids; null begins. */
  idsAfter(tx: Tx, projectId: string, page: { afterId: string | null; limit: number }): Promise<string[]> {
    return this.repository.idsAfter(tx, projectId, page);
  }

  /** How many people have a user ID. */
  countIdentified(tx: Tx, projectId: string): Promise<number> {
    return this.repository.countIdentified(tx, projectId);
  }

  /** The state of these people; who has neither address nor answer nor device on a medium has no row for it. */
  of(tx: Tx, projectId: string, profileIds: string[]): Promise<ContactabilityRow[]> {
    return this.repository.of(tx, projectId, profileIds);
  }
}
