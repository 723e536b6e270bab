import { groupBy } from '@libs/foundation';
import type { Tx } from '@libs/platform';
import { type Accounts, DeliveryService } from '@modules/channels';
import { ProfilesService } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import { type CampaignContent, contentFields, mediaOf } from '../domain/content/campaign-content';
import type { Finding } from '../domain/content/finding';

/** The provider accounts that would send a campaign. */
@Injectable()
export class CampaignAccounts {
  constructor(
    private readonly delivery: DeliveryService,
    private readonly profiles: ProfilesService,
  ) {}

  /** Media, and phones of the project that the campaign is for, whose messages no account takes. */
  async findings(tx: Tx, projectId: string, content: CampaignContent): Promise<Finding[]> {
    const media = mediaOf(content);
    const accounts = await this.delivery.accountsFor(projectId, media);
    const without = media.filter((medium) => !accounts.has(medium));
    return [
      ...without.map((medium) =>
        warning(contentFields[medium], `No provider account is set up for ${medium}: nobody would get it`),
      ),
      ...(accounts.has('MOBILE_PUSH') ? await this.unserved(tx, projectId, { content, accounts }) : []),
    ];
  }

  private async unserved(
    tx: Tx,
    projectId: string,
    { content: { appIds, targeting }, accounts }: { content: CampaignContent; accounts: Accounts<string> },
  ): Promise<Finding[]> {
    const places = await this.profiles.pushPlaces(tx, projectId, { ...targeting, appIds });
    const unserved = places.filter((place) => accounts.of({ ...place, medium: 'MOBILE_PUSH' }) === null);
    return [...groupBy(unserved, ({ pushService }) => pushService)].map(([service, own]) => {
      const named = own.flatMap(({ appName }) => (appName === null ? [] : [`“${appName}”`]));
      const phones = [...named, ...(named.length < own.length ? ['no app'] : [])].join(', ');
      const message = `There are phones of ${phones} with tokens of ${service}, and no provider account takes messages for them`;
      return warning('mobilePush', `${message}: they would get nothing`);
    });
  }
}

function warning(field: string, message: string): Finding {
  return { path: ['content', field], code: 'NO_ACCOUNT', severity: 'WARNING', message };
}
