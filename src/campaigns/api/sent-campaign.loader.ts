import { Injectable, Scope } from '@nestjs/common';
import DataLoader from 'dataloader';
import {
  type SentCampaign,
  SentCampaignRepository,
  type SentTemplate,
} from '../persistence/ledger/sent-campaign.repository';

/** Loads the campaigns of all templates of a request in one statement. */
@Injectable({ scope: Scope.REQUEST })
export class SentCampaignLoader {
  private readonly loader = new DataLoader<SentTemplate, SentCampaign | null>((templates) =>
    this.campaigns.find(templates),
  );

  constructor(private readonly campaigns: SentCampaignRepository) {}

  load(template: SentTemplate): Promise<SentCampaign | null> {
    return this.loader.load(template);
  }
}
