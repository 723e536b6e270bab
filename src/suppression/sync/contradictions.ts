import type { Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { TypedValue } from '../domain/typed-value';
import { OwnExclusionRepository } from '../persistence/own-exclusion.repository';
import { RememberedValueRepository, type ValueTarget } from '../persistence/remembered-value.repository';
import type { Chunk } from './value-chunk';

/** Lines of a file that say different things of one user ID. */
@Injectable()
export class Contradictions {
  constructor(
    private readonly remembered: RememberedValueRepository,
    private readonly exclusions: OwnExclusionRepository,
  ) {}

  /**
   * Refuses the later line, whether the earlier one is in this chunk or was stored with one before it. Nobody relies on
   * what is said of the person then, and what excludes stays, whichever line says it.
   */
  async refuse(tx: Tx, target: ValueTarget, chunk: Chunk): Promise<void> {
    const stored = await this.remembered.toldOtherwise(tx, target, chunk.values);
    const pairs = [...chunk.repeats, ...stored].map(({ userId, value: earlier }) => {
      return { userId, earlier, later: chunk.values.get(userId) ?? null };
    });
    if (pairs.length === 0) return;
    const values = pairs.flatMap(({ earlier, later }) => [earlier, later]);
    const excluding = await this.exclusions.among(tx, target, values);
    for (const { userId, earlier, later } of pairs) {
      const reason = `Another line of the file says ${wordsOf(earlier)} of this user ID; name each user ID once`;
      chunk.rejects.push({ row: { customerId: userId, value: later }, reason });
      chunk.doubtful.push(userId);
      const kept = chunk.values.get(userId) ?? null;
      if (!excluding.has(JSON.stringify(kept))) chunk.values.set(userId, earlier);
    }
  }
}

function wordsOf(value: TypedValue | null): string {
  return value === null ? 'no value' : JSON.stringify(value);
}
