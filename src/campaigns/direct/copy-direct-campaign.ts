import { newId } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { type Actor, AuditTrail } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { nameTaken, notFound } from '../authoring/campaign-problem';
import { copyNames, freeCopyName } from '../domain/copy-name';
import { DirectCampaignRepository } from '../persistence/direct/direct-campaign.repository';
import { type DirectOutcome, directAuditView, directSubject, doneDirect, refusedDirect } from './direct-problem';

/** Makes new drafts out of Direct campaigns. */
@Injectable()
export class CopyDirectCampaign {
  constructor(
    private readonly transactions: Transactions,
    private readonly campaigns: DirectCampaignRepository,
    private readonly audit: AuditTrail,
  ) {}

  /** A draft with what is edited of a campaign in whatever status; a null name makes one up. */
  copy(actor: Actor, { id, name }: { id: string; name: string | null }): Promise<DirectOutcome> {
    const { projectId } = actor;
    return this.transactions.run(async (tx) => {
      const original = await this.campaigns.find(tx, projectId, id);
      if (!original) return refusedDirect(notFound);
      const taken = await this.campaigns.namesTaken(tx, projectId, name === null ? copyNames(original.name) : [name]);
      const free = name === null ? freeCopyName(original.name, taken) : taken.has(name) ? null : name;
      if (free === null) return refusedDirect(nameTaken);
      const { content, segment, schedule } = original;
      const saved = await this.campaigns.insert(tx, { id: newId(), projectId, name: free, content, segment, schedule });
      const after = { ...directAuditView(saved), copyOf: id };
      await this.audit.record(tx, actor, { action: 'direct-campaign.created', subject: directSubject(saved), after });
      return doneDirect(saved);
    });
  }
}
