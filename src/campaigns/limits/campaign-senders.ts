import type { Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { CampaignContent } from '../domain/content/campaign-content';
import type { Finding } from '../domain/content/finding';
import { isTemplate } from '../domain/content/text-template';
import { SendingRulesRepository } from '../persistence/limits/sending-rules.repository';

/** Keeps campaigns to the senders that the project names, once it names any. */
@Injectable()
export class CampaignSenders {
  constructor(private readonly rules: SendingRulesRepository) {}

  /** What forbids to launch; paths start at the campaign. A sender with placeholders cannot be judged. */
  async findings(tx: Tx, projectId: string, { email, sms }: CampaignContent): Promise<Finding[]> {
    if (!email?.fromAddress && !sms?.from) return [];
    const { emailSenders, smsSenders } = await this.rules.get(tx, projectId);
    const addresses = emailSenders.map(({ address }) => address);
    return [
      ...unknown(['content', 'email', 'fromAddress'], email?.fromAddress, addresses),
      ...unknown(['content', 'sms', 'from'], sms?.from, smsSenders),
    ];
  }
}

function unknown(path: string[], sender: string | undefined, known: string[]): Finding[] {
  if (!sender || known.length === 0 || isTemplate(sender)) return [];
  if (known.some((each) => each.toLowerCase() === sender.toLowerCase())) return [];
  const message = `The project does not send as this; choose one of ${known.slice(0, 10).join(', ')}`;
  return [{ path, code: 'UNKNOWN_SENDER', severity: 'ERROR', message }];
}
