import { Transactions } from '@libs/platform';
import { Injectable, Scope } from '@nestjs/common';
import DataLoader from 'dataloader';
import { PublicationRepository } from '../../persistence/authoring/publication.repository';
import type { TemplatePublicationEntity } from '../../persistence/authoring/template-publication.entity';

/** Loads the publications of all campaigns of a request in one statement; a request has one project. */
@Injectable({ scope: Scope.REQUEST })
export class PublicationLoader {
  private projectId = '';
  private readonly loader = new DataLoader<string, TemplatePublicationEntity | null>(
    async (ids) => {
      const found = await this.publications.current(this.transactions.pool, this.projectId, ids);
      const byCampaign = new Map(found.map((publication) => [publication.campaignId, publication]));
      return ids.map((id) => byCampaign.get(id) ?? null);
    },
    // Mutations of one request follow each other, and each changes what the next must see.
    { cache: false },
  );

  constructor(
    private readonly publications: PublicationRepository,
    private readonly transactions: Transactions,
  ) {}

  /** Where the campaign stands in Optimove on its channel; null before its first launch there. */
  load(projectId: string, campaignId: string): Promise<TemplatePublicationEntity | null> {
    this.projectId = projectId;
    return this.loader.load(campaignId);
  }
}
