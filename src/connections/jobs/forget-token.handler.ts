import { HandlesJob, JobHandler, Transactions } from '@libs/platform';
import { ConnectionRepository } from '../persistence/connection.repository';
import { forgetTokenJob } from './connections.jobs';

/** Runs {@link forgetTokenJob}. */
@HandlesJob(forgetTokenJob)
export class ForgetTokenHandler extends JobHandler<{ connectionId: string }> {
  constructor(
    private readonly transactions: Transactions,
    private readonly repository: ConnectionRepository,
  ) {
    super();
  }

  handle({ connectionId }: { connectionId: string }): Promise<void> {
    return this.repository.forgetToken(this.transactions.pool, connectionId);
  }
}
