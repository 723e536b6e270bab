import type { Tx } from '@libs/platform';
import { ProfilesService } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import type { CampaignContent } from '../domain/content/campaign-content';
import type { Finding } from '../domain/content/finding';
import type { CampaignProblem } from './campaign-problem';

const missing: CampaignProblem = {
  code: 'INVALID_CONTENT',
  path: ['content', 'appId'],
  message: 'This project has no such app; list apps to see their ids',
};

type App = NonNullable<Awaited<ReturnType<ProfilesService['app']>>>;

/** The one app that a campaign is for. */
@Injectable()
export class CampaignApps {
  constructor(private readonly profiles: ProfilesService) {}

  /** The app as Optimove is to know it, or what forbids to save or launch. */
  async find(
    tx: Tx,
    projectId: string,
    { appId }: { appId?: string | null },
  ): Promise<{ app: App | null; problems: CampaignProblem[] }> {
    if (!appId) return { app: null, problems: [] };
    const app = await this.profiles.app(tx, projectId, appId);
    return { app, problems: app ? [] : [missing] };
  }
}

/** What the app cannot get of the content: nobody would. */
export function beyondApp({ name, platform }: App, content: CampaignContent): Finding[] {
  const { mobilePush, webPush, targeting } = content;
  const isSite = platform === 'WEB';
  const isOther = !isSite && mobilePush && targeting?.platforms && !targeting.platforms.includes(platform);
  const said = [
    ...(isSite && mobilePush ? [`“${name}” is a site: mobile push reaches nobody there`] : []),
    ...(!isSite && webPush ? [`“${name}” is no site: web push reaches nobody there`] : []),
    ...(isOther
      ? [`“${name}” runs on ${platform}, to which the campaign is not kept: mobile push reaches nobody`]
      : []),
  ];
  return said.map((message) => ({ path: ['content', 'appId'], code: 'INVALID', severity: 'WARNING', message }));
}
