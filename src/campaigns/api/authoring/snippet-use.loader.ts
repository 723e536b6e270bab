import { Transactions } from '@libs/platform';
import { Injectable, Scope } from '@nestjs/common';
import DataLoader from 'dataloader';
import { SnippetRepository, type SnippetUse } from '../../persistence/authoring/snippet.repository';

/** Loads where the snippets of a request are used in one statement; a request has one project. */
@Injectable({ scope: Scope.REQUEST })
export class SnippetUseLoader {
  private projectId = '';
  private readonly loader = new DataLoader<string, SnippetUse[]>(
    async (names) => {
      const uses = await this.repository.uses(this.transactions.pool, this.projectId, names);
      return names.map((name) => uses.get(name) ?? []);
    },
    // Mutations of one request follow each other, and each changes what the next must see.
    { cache: false },
  );

  constructor(
    private readonly repository: SnippetRepository,
    private readonly transactions: Transactions,
  ) {}

  load(projectId: string, name: string): Promise<SnippetUse[]> {
    this.projectId = projectId;
    return this.loader.load(name);
  }
}
