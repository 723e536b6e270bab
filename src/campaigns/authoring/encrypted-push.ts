import type { Tx } from '@libs/platform';
import { ProfilesService } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import type { CampaignContent } from '../domain/content/campaign-content';
import type { Finding } from '../domain/content/finding';

/** Push messages that are encrypted reach only apps that have registered keys. */
@Injectable()
export class EncryptedPush {
  constructor(private readonly profiles: ProfilesService) {}

  /** Says which share of the targeted phones gets nothing, judged by some of them. */
  async findings(tx: Tx, projectId: string, { mobilePush, appIds, targeting }: CampaignContent): Promise<Finding[]> {
    if (!mobilePush?.isEncrypted) return [];
    const { looked, without } = await this.profiles.phonesWithoutKeys(tx, projectId, { ...targeting, appIds });
    if (without === 0) return [];
    const percent = Math.max(1, Math.floor((without * 100) / looked));
    const message = `${percent} % of the phones have no keys for encrypted messages, judged by ${looked}: they get nothing`;
    return [{ path: ['content', 'mobilePush', 'isEncrypted'], code: 'LEAVES_OUT', severity: 'WARNING', message }];
  }
}
