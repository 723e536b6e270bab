import { HandlesJob, JobHandler, Transactions } from '@libs/platform';
import { ConnectionNotFoundError, ConnectionsService } from '@modules/connections';
import { AttributeRepository } from '../persistence/attribute.repository';
import { CheckDataDate } from '../sync/check-data-date';
import { ForgetValues } from '../sync/forget-values';
import { SyncAtOnce } from '../sync/sync-at-once';
import { SyncAttribute } from '../sync/sync-attribute';
import {
  checkDataDateJob,
  forgetAccountJob,
  forgetValuesJob,
  stopOfConnectionJob,
  syncAttributeJob,
  syncWithTokenJob,
} from './suppression.jobs';

/** Why attributes of a deleted connection are stopped. */
export const connectionGone = 'Its connection was deleted';

/** Runs {@link checkDataDateJob}. */
@HandlesJob(checkDataDateJob)
export class CheckDataDateHandler extends JobHandler<{ projectId: string; connectionId: string; at: string }> {
  constructor(
    private readonly connections: ConnectionsService,
    private readonly check: CheckDataDate,
  ) {
    super();
  }

  async handle({ projectId, connectionId }: { projectId: string; connectionId: string }): Promise<void> {
    try {
      const connection = await this.connections.get(projectId, connectionId);
      if (!connection.isDisabled) await this.check.run(connection, 'Optimove data date');
    } catch (error) {
      if (!(error instanceof ConnectionNotFoundError)) throw error;
    }
  }
}

/** Runs {@link syncAttributeJob}. */
@HandlesJob(syncAttributeJob)
export class SyncAttributeHandler extends JobHandler<{ runId: string; at: string }> {
  constructor(private readonly sync: SyncAttribute) {
    super();
  }

  handle({ runId }: { runId: string }): Promise<void> {
    return this.sync.run(runId);
  }
}

/** Runs {@link syncWithTokenJob}. */
@HandlesJob(syncWithTokenJob)
export class SyncWithTokenHandler extends JobHandler<{ connectionId: string; at: string }> {
  constructor(private readonly atOnce: SyncAtOnce) {
    super();
  }

  handle({ connectionId }: { connectionId: string }): Promise<void> {
    return this.atOnce.withToken(connectionId);
  }
}

/** Runs {@link stopOfConnectionJob}: rules stay, and with data that nobody refreshes they hold what relies on them. */
@HandlesJob(stopOfConnectionJob)
export class StopOfConnectionHandler extends JobHandler<{ connectionId: string }> {
  constructor(
    private readonly transactions: Transactions,
    private readonly attributes: AttributeRepository,
  ) {
    super();
  }

  handle({ connectionId }: { connectionId: string }): Promise<void> {
    return this.attributes.stopAll(this.transactions.pool, connectionId, connectionGone);
  }
}

/** Runs {@link forgetValuesJob}. */
@HandlesJob(forgetValuesJob)
export class ForgetValuesHandler extends JobHandler<{ connectionId: string; at: string }> {
  constructor(private readonly forgetValues: ForgetValues) {
    super();
  }

  handle({ connectionId }: { connectionId: string }): Promise<void> {
    return this.forgetValues.ofConnection(connectionId);
  }
}

/** Runs {@link forgetAccountJob}. */
@HandlesJob(forgetAccountJob)
export class ForgetAccountHandler extends JobHandler<{ connectionId: string; at: string }> {
  constructor(private readonly forgetValues: ForgetValues) {
    super();
  }

  handle({ connectionId }: { connectionId: string }): Promise<void> {
    return this.forgetValues.ofFormerAccount(connectionId);
  }
}
