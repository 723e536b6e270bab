import type { Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** Names of attributes of profiles of a project. */
export type AttributeNames = (tx: Tx, projectId: string) => Promise<string[]>;

/** Upper modules register here of which attributes it is kept when their values were said. */
@Injectable()
export class TimedAttributes {
  private readonly sources: AttributeNames[] = [];

  /** Called while the process starts. */
  register(source: AttributeNames): void {
    this.sources.push(source);
  }

  /** Their names, for who is about to store values. */
  async of(tx: Tx, projectId: string): Promise<string[]> {
    const names: string[] = [];
    for (const source of this.sources) names.push(...(await source(tx, projectId)));
    return names;
  }
}
