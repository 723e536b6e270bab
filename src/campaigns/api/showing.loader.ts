import { KeptMessagesService } from '@modules/channels';
import { Injectable, Scope } from '@nestjs/common';
import DataLoader from 'dataloader';

/** Since when the messages of executions are not shown, for a page at once; a request has one project. */
@Injectable({ scope: Scope.REQUEST })
export class ShowingLoader {
  private projectId = '';
  private readonly loader = new DataLoader<string, Date | null>(
    async (ids) => {
      const stopped = await this.kept.stoppedAt(this.projectId, [...ids]);
      return ids.map((id) => stopped.get(id) ?? null);
    },
    // A mutation may stop what its own answer then shows.
    { cache: false },
  );

  constructor(private readonly kept: KeptMessagesService) {}

  load(projectId: string, executionId: string): Promise<Date | null> {
    this.projectId = projectId;
    return this.loader.load(executionId);
  }
}
