import { HandlesJob, JobHandler, Outbox, Transactions } from '@libs/platform';
import { PublicationRepository } from '../persistence/authoring/publication.repository';
import { publishTemplateJob, tellWithTokenJob } from './publish-template.job';

/** Runs {@link tellWithTokenJob}. */
@HandlesJob(tellWithTokenJob)
export class TellWithTokenHandler extends JobHandler<{ connectionId: string; at: string }> {
  constructor(
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    private readonly publications: PublicationRepository,
  ) {
    super();
  }

  async handle({ connectionId }: { connectionId: string }): Promise<void> {
    await this.transactions.run(async (tx) => {
      const tickets = await this.publications.reopenOpen(tx, connectionId);
      await this.outbox.enqueueMany(tx, publishTemplateJob, tickets);
    });
  }
}
