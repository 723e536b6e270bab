import { newId } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { type Actor, AuditTrail } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { copyNames, freeCopyName } from '../domain/copy-name';
import { CampaignEntity } from '../persistence/authoring/campaign.entity';
import { CampaignRepository } from '../persistence/authoring/campaign.repository';
import { auditView, subjectOf } from './campaign-audit';
import { type CampaignOutcome, done, nameTaken, notFound, refused } from './campaign-problem';
import { newTemplateId } from './template-id';

/** Makes new drafts out of campaigns. */
@Injectable()
export class CopyCampaign {
  constructor(
    private readonly transactions: Transactions,
    private readonly campaigns: CampaignRepository,
    private readonly audit: AuditTrail,
  ) {}

  /** A draft with what is edited of a campaign in whatever status, and a template of its own; a null name makes one up. */
  copy(actor: Actor, { id, name }: { id: string; name: string | null }): Promise<CampaignOutcome> {
    const { projectId } = actor;
    return this.transactions.run(async (tx) => {
      const original = await this.campaigns.find(tx, projectId, id);
      if (!original) return refused(notFound);
      const wanted = name === null ? copyNames(original.name) : [name];
      const taken = await this.campaigns.namesTaken(tx, projectId, wanted);
      const free = name === null ? freeCopyName(original.name, taken) : taken.has(name) ? null : name;
      if (free === null) return refused(nameTaken);
      const { type, connectionId, channelId, content, segment } = original;
      const saved = await this.campaigns.save(
        tx,
        Object.assign(new CampaignEntity(), {
          ...{ id: newId(), projectId, name: free, optimoveTemplateId: newTemplateId() },
          ...{ type, connectionId, channelId, content, segment },
        }),
      );
      const after = { ...auditView(saved), copyOf: id };
      await this.audit.record(tx, actor, { action: 'campaign.created', subject: subjectOf(saved), after });
      return done(saved);
    });
  }
}
