import { Injectable, Scope } from '@nestjs/common';
import DataLoader from 'dataloader';
import { type ChoiceCounts, ChoiceCountsRepository } from '../persistence/ledger/choice-counts.repository';

/** Loads the counts by variant and language of all executions of a request in one statement. */
@Injectable({ scope: Scope.REQUEST })
export class ChoiceLoader {
  private readonly loader = new DataLoader<string, ChoiceCounts[]>(async (ids) => {
    const rows = await this.repository.counts(ids);
    return ids.map((id) => rows.filter(({ executionId }) => executionId === id));
  });

  constructor(private readonly repository: ChoiceCountsRepository) {}

  load(executionId: string): Promise<ChoiceCounts[]> {
    return this.loader.load(executionId);
  }
}
