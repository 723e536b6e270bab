import { Injectable, Scope } from '@nestjs/common';
import DataLoader from 'dataloader';
import { type AcceptedForLater, CountGone } from '../execution/count-gone';

/** What waits of executions, for a page at once; a request has one project. */
@Injectable({ scope: Scope.REQUEST })
export class AcceptedForLaterLoader {
  private projectId = '';
  private readonly loader = new DataLoader<string, AcceptedForLater | null>(
    async (ids) => {
      const accepted = await this.gone.acceptedForLater(this.projectId, [...ids]);
      return ids.map((id) => accepted.get(id) ?? null);
    },
    // A mutation may stop what its own answer then counts.
    { cache: false },
  );

  constructor(private readonly gone: CountGone) {}

  load(projectId: string, executionId: string): Promise<AcceptedForLater | null> {
    this.projectId = projectId;
    return this.loader.load(executionId);
  }
}
