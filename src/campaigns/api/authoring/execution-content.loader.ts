import { Transactions } from '@libs/platform';
import { Injectable, Scope } from '@nestjs/common';
import DataLoader from 'dataloader';
import { type TemplateVersion, VersionRepository } from '../../persistence/authoring/version.repository';

/** What each execution of a page sends, in two statements; a request has one project. */
@Injectable({ scope: Scope.REQUEST })
export class ExecutionContentLoader {
  private projectId = '';
  private readonly loader = new DataLoader<string, TemplateVersion[]>(async (ids) => {
    const rows = await this.versions.ofExecutions(this.transactions.pool, this.projectId, ids);
    return ids.map((id) => rows.filter(({ executionId }) => executionId === id));
  });

  constructor(
    private readonly versions: VersionRepository,
    private readonly transactions: Transactions,
  ) {}

  load(projectId: string, executionId: string): Promise<TemplateVersion[]> {
    this.projectId = projectId;
    return this.loader.load(executionId);
  }
}
