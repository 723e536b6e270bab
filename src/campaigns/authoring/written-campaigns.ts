import type { Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { CampaignContent } from '../domain/content/campaign-content';
import { CampaignRepository } from '../persistence/authoring/campaign.repository';
import { DirectCampaignRepository } from '../persistence/direct/direct-campaign.repository';

/** A campaign of any kind, as its author has written it. */
export interface WrittenCampaign {
  id: string;
  kind: 'campaign' | 'direct-campaign';
  projectId: string;
  content: CampaignContent;
  /** The same over all launches: with a profile it settles variant and control group. */
  choiceName: string;
  /** This and the next: null for a Direct campaign. */
  connectionId: string | null;
  channelId: string | null;
}

/** Finds campaigns where it does not matter whether Optimove or we send them. */
@Injectable()
export class WrittenCampaigns {
  constructor(
    private readonly campaigns: CampaignRepository,
    private readonly directCampaigns: DirectCampaignRepository,
  ) {}

  async find(tx: Tx, projectId: string, id: string): Promise<WrittenCampaign | null> {
    const campaign = await this.campaigns.find(tx, projectId, id);
    if (campaign) {
      const { content, connectionId, channelId } = campaign;
      const choiceName = String(campaign.optimoveTemplateId);
      return { id, kind: 'campaign', projectId, content, choiceName, connectionId, channelId };
    }
    const direct = await this.directCampaigns.find(tx, projectId, id);
    if (!direct) return null;
    const none = { connectionId: null, channelId: null };
    return { id, kind: 'direct-campaign', projectId, content: direct.content, choiceName: id, ...none };
  }
}
