import { Transactions } from '@libs/platform';
import { Injectable, Scope } from '@nestjs/common';
import DataLoader from 'dataloader';
import { Snippets } from '../../authoring/snippets';
import type { CampaignContent } from '../../domain/content/campaign-content';

/** Content with the texts of its snippets, for all campaigns of a request at once; a request has one project. */
@Injectable({ scope: Scope.REQUEST })
export class SnippetLoader {
  private projectId = '';
  private readonly loader = new DataLoader<CampaignContent, CampaignContent>(
    (contents) => this.snippets.attachAll(this.transactions.pool, this.projectId, contents),
    // Mutations of one request follow each other, and each changes what the next must see.
    { cache: false },
  );

  constructor(
    private readonly snippets: Snippets,
    private readonly transactions: Transactions,
  ) {}

  load(projectId: string, content: CampaignContent): Promise<CampaignContent> {
    this.projectId = projectId;
    return this.loader.load(content);
  }
}
