import { Injectable } from '@nestjs/common';
import type { ConnectionView } from './domain/connection-view';

/** Says in sentences what stops working when a connection is deleted. */
export type ConsequenceSource = (connection: ConnectionView) => Promise<string[]>;

/** Upper modules register here what depends on a connection, so that deleting one can name it. */
@Injectable()
export class DeletionConsequences {
  private readonly sources: ConsequenceSource[] = [];

  /** Called while the process starts. */
  register(source: ConsequenceSource): void {
    this.sources.push(source);
  }

  /** Everything that deleting the connection would stop. */
  async of(connection: ConnectionView): Promise<string[]> {
    const found = await Promise.all(this.sources.map((source) => source(connection)));
    return [
      'Optimove can no longer start campaigns over this connection, and its API token is erased after a day',
      ...found.flat(),
    ];
  }
}
