import { Outbox, Transactions, type Tx } from '@libs/platform';
import { ConnectionsService, type ConnectionView } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import { syncAttributeJob } from '../jobs/suppression.jobs';
import { AttributeRepository } from '../persistence/attribute.repository';
import { SyncRunRepository } from '../persistence/sync-run.repository';
import { CheckDataDate } from './check-data-date';

/** Syncs of a connection that wait for nothing: no next look, no next try, no rest after a failure. */
@Injectable()
export class SyncAtOnce {
  constructor(
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    private readonly connections: ConnectionsService,
    private readonly attributes: AttributeRepository,
    private readonly runs: SyncRunRepository,
    private readonly check: CheckDataDate,
  ) {}

  /** Syncs what is due, what waits, and what failed for the data date of now. As {@link CheckDataDate.run} otherwise. */
  async run(connection: ConnectionView, triggeredBy: string, stopped: readonly string[] = []): Promise<string> {
    const dataDate = await this.check.run(connection, triggeredBy, stopped);
    await this.transactions.run(async (tx) => {
      const open = [...(await this.runs.endWaits(tx, connection.id)), ...(await this.reopen(tx, connection, dataDate))];
      const at = String(Date.now());
      await this.outbox.enqueueMany(
        tx,
        syncAttributeJob,
        open.map((runId) => ({ runId, at })),
      );
    });
    return dataDate;
  }

  /** The connection has another token. What is stopped stays so. */
  async withToken(connectionId: string): Promise<void> {
    const connection = await this.connections.find(connectionId);
    if (!connection || connection.isDisabled) return;
    const attributes = await this.attributes.ofConnection(this.transactions.pool, connection.projectId, connectionId);
    if (attributes.every(({ state }) => state === 'STOPPED')) return;
    await this.run(connection, 'Another API token');
  }

  private async reopen(tx: Tx, { projectId, id }: ConnectionView, dataDate: string): Promise<string[]> {
    const reopened: string[] = [];
    for (const attribute of await this.attributes.ofConnection(tx, projectId, id)) {
      if (attribute.state === 'STOPPED') continue;
      const run = await this.runs.ofDay(tx, attribute.id, dataDate);
      if (run && (await this.runs.reopen(tx, run.id))) reopened.push(run.id);
    }
    return reopened;
  }
}
