import type { Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** A part of the project that others may rest on: an attribute by its name, or a saved segment. */
export type Part = { attribute: string } | { segmentId: string };

/** Says in sentences what rests on a part, such as `The campaign "Weekend" is narrowed by it`; few, and each once. */
export type DependentSource = (tx: Tx, projectId: string, part: Part) => Promise<string[]>;

/** Upper modules register here what rests on attributes and segments, so that taking one away can name it. */
@Injectable()
export class Dependents {
  private readonly sources: DependentSource[] = [];

  /** Called while the process starts. */
  register(source: DependentSource): void {
    this.sources.push(source);
  }

  /** Everything outside this module that rests on the part. */
  async of(tx: Tx, projectId: string, part: Part): Promise<string[]> {
    const sentences: string[] = [];
    for (const source of this.sources) sentences.push(...(await source(tx, projectId, part)));
    return sentences;
  }
}
