import { HandlesJob, JobHandler, Outbox, Transactions } from '@libs/platform';
import { CampaignRepository } from '../persistence/authoring/campaign.repository';
import { PublicationRepository } from '../persistence/authoring/publication.repository';
import { publishTemplateJob, withdrawTemplatesJob } from './publish-template.job';

/** Runs {@link withdrawTemplatesJob}: marks the campaigns of a deleted connection and takes their templates back. */
@HandlesJob(withdrawTemplatesJob)
export class WithdrawTemplatesHandler extends JobHandler<{ connectionId: string }> {
  constructor(
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    private readonly campaigns: CampaignRepository,
    private readonly publications: PublicationRepository,
  ) {
    super();
  }

  async handle({ connectionId }: { connectionId: string }): Promise<void> {
    await this.transactions.run(async (tx) => {
      for (const affected of await this.publications.ofConnection(tx, connectionId)) {
        await this.campaigns.withdrawAll(tx, affected);
        await this.outbox.enqueueMany(tx, publishTemplateJob, await this.publications.wishWithdrawn(tx, affected));
      }
    });
  }
}
