import { Transactions } from '@libs/platform';
import { Injectable, Scope } from '@nestjs/common';
import DataLoader from 'dataloader';
import { EmailTemplateRepository, type EmailTemplateUse } from '../../persistence/authoring/email-template.repository';

/** What is asked of the templates of a request, in one statement each; a request has one project. */
@Injectable({ scope: Scope.REQUEST })
export class EmailTemplateLoader {
  private projectId = '';
  private readonly texts = this.of((ids) => this.repository.html(this.transactions.pool, this.projectId, ids), '');
  private readonly usedBy = this.of((ids) => this.repository.uses(this.transactions.pool, this.projectId, ids), []);

  constructor(
    private readonly repository: EmailTemplateRepository,
    private readonly transactions: Transactions,
  ) {}

  html(projectId: string, id: string): Promise<string> {
    this.projectId = projectId;
    return this.texts.load(id);
  }

  uses(projectId: string, id: string): Promise<EmailTemplateUse[]> {
    this.projectId = projectId;
    return this.usedBy.load(id);
  }

  private of<T>(read: (ids: readonly string[]) => Promise<Map<string, T>>, none: T): DataLoader<string, T> {
    return new DataLoader<string, T>(
      async (ids) => {
        const found = await read([...new Set(ids)]);
        return ids.map((id) => found.get(id) ?? none);
      },
      // Mutations of one request follow each other, and each changes what the next must see.
      { cache: false },
    );
  }
}
