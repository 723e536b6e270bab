import type { Tx } from '@libs/platform';
import { ProfilesService } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import type { CampaignProblem } from './campaign-problem';

const missing: CampaignProblem = {
  code: 'INVALID_CONTENT',
  path: ['content', 'appId'],
  message: 'This project has no such app; list apps to see their ids',
};

/** The one app that a campaign is for. */
@Injectable()
export class CampaignApps {
  constructor(private readonly profiles: ProfilesService) {}

  /** The app as Optimove is to know it, or what forbids to save or launch. */
  async find(
    tx: Tx,
    projectId: string,
    { appId }: { appId?: string | null },
  ): Promise<{ app: { id: string; name: string } | null; problems: CampaignProblem[] }> {
    if (!appId) return { app: null, problems: [] };
    const app = await this.profiles.app(tx, projectId, appId);
    return { app, problems: app ? [] : [missing] };
  }
}
