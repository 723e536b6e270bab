import type { Tx } from '@libs/platform';
import { type App, ProfilesService } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import type { CampaignContent } from '../domain/content/campaign-content';
import type { Finding } from '../domain/content/finding';
import type { CampaignProblem } from './campaign-problem';

const path = ['content', 'appIds'];

/** The apps and sites that a campaign is for. */
@Injectable()
export class CampaignApps {
  constructor(private readonly profiles: ProfilesService) {}

  /** The apps in the order in which they are named, none where the campaign is for all; and what forbids to save or launch. */
  async find(
    tx: Tx,
    projectId: string,
    { appIds }: { appIds?: string[] | null },
  ): Promise<{ apps: App[]; problems: CampaignProblem[] }> {
    if (!appIds) return { apps: [], problems: [] };
    const known = new Map((await this.profiles.apps(tx, projectId, appIds)).map((app) => [app.id, app]));
    const problems = appIds.flatMap((id, index): CampaignProblem[] => {
      const message = refusalOf(appIds, { index, isKnown: known.has(id) });
      return message === null ? [] : [{ code: 'INVALID_CONTENT', path: [...path, String(index)], message }];
    });
    return { apps: appIds.flatMap((id) => known.get(id) ?? []), problems };
  }
}

function refusalOf(appIds: string[], { index, isKnown }: { index: number; isKnown: boolean }): string | null {
  if (appIds.indexOf(appIds[index] ?? '') < index) return 'This app is named before; name each app once';
  return isKnown ? null : 'This project has no such app; list apps to see their ids';
}

/** What none of the apps can get of the content: nobody would. */
export function beyondApps(apps: App[], { mobilePush, webPush, targeting }: CampaignContent): Finding[] {
  if (apps.length === 0) return [];
  const names = apps.map(({ name }) => `“${name}”`).join(', ');
  const phones = apps.filter(({ platform }) => platform !== 'WEB');
  const platforms = targeting?.platforms;
  const isOther = platforms && !phones.some(({ platform }) => platforms.some((each) => each === platform));
  const said = [
    ...(mobilePush && phones.length === 0 ? [`No app among ${names}, only sites: mobile push reaches nobody`] : []),
    ...(webPush && phones.length === apps.length ? [`No site among ${names}: web push reaches nobody`] : []),
    ...(mobilePush && phones.length > 0 && isOther
      ? [`None of ${names} runs on ${platforms.join(', ')}, to which the campaign is kept: mobile push reaches nobody`]
      : []),
  ];
  return said.map((message) => ({ path, code: 'INVALID', severity: 'WARNING', message }));
}
