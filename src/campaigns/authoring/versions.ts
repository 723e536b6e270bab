import type { Medium } from '@libs/delivery';
import { InvariantError } from '@libs/foundation';
import type { Tx } from '@libs/platform';
import type { FrozenSegment } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import { type CampaignContent, mediaOf } from '../domain/content/campaign-content';
import { CampaignRepository } from '../persistence/authoring/campaign.repository';

/** Content as a launch froze it. */
export interface CampaignVersionView {
  id: string;
  campaignId: string;
  projectId: string;
  channelId: string | null;
  media: Medium[];
  content: CampaignContent;
  /** Whom it is narrowed to; null: nobody is left out. */
  segment: FrozenSegment | null;
}

const mostKept = 200;

/** Frozen versions. They never change, so they are kept, and with them what was compiled from their content. */
@Injectable()
export class Versions {
  private readonly kept = new Map<string, CampaignVersionView>();

  constructor(private readonly campaigns: CampaignRepository) {}

  /** @throws {InvariantError} when there is no such version: versions are never deleted. */
  async get(tx: Tx, id: string): Promise<CampaignVersionView> {
    const existing = this.kept.get(id);
    if (existing) return existing;
    const version = await this.campaigns.findVersion(tx, id);
    if (!version) throw new InvariantError(`Campaign version ${id} does not exist`);
    const { campaignId, projectId, channelId, content, segment } = version;
    const view = { id, campaignId, projectId, channelId, media: mediaOf(content), content, segment };
    if (this.kept.size >= mostKept) this.kept.clear();
    this.kept.set(id, view);
    return view;
  }
}
