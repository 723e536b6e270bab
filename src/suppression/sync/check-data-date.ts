import { AppError, toError } from '@libs/foundation';
import { Log, Outbox, Transactions, type Tx } from '@libs/platform';
import { ConnectionsService, type ConnectionView } from '@modules/connections';
import { Tasks } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import type { SuppressionAttribute } from '../domain/sync';
import { checkDataDateJob, syncAttributeJob } from '../jobs/suppression.jobs';
import { AttributeRepository } from '../persistence/attribute.repository';
import { FeedRepository } from '../persistence/feed.repository';
import { SyncRunRepository } from '../persistence/sync-run.repository';

/** As long as Optimove has the day, its changes can be had: a sync that failed is tried again after this rest. */
const restSeconds = 900;

interface Begin {
  connection: ConnectionView;
  attribute: SuppressionAttribute;
  dataDate: string;
  triggeredBy: string;
  /** Whether its changes of the day are applied once more where they were. */
  isAgain: boolean;
}

/**
 * Finds out whether Optimove has the data of another day, and begins one run per attribute and day; one that failed is
 * taken up again. Where the data date goes back, the days after it are read again when they come again.
 */
@Injectable()
export class CheckDataDate {
  constructor(
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    private readonly connections: ConnectionsService,
    private readonly tasks: Tasks,
    private readonly attributes: AttributeRepository,
    private readonly runs: SyncRunRepository,
    private readonly feeds: FeedRepository,
    private readonly log: Log,
  ) {}

  /** Asks for a check when `tx` commits: Optimove said that its daily process ended, or somebody wants it now. */
  async request(tx: Tx, { id, projectId }: Pick<ConnectionView, 'id' | 'projectId'>): Promise<void> {
    await this.outbox.enqueue(tx, checkDataDateJob, { projectId, connectionId: id, at: String(Date.now()) });
  }

  /** `stopped`: ids of attributes that are tried even where they have the day. @returns Optimove's data date. @throws {OptimoveError} noted on the connection's feed. */
  async run(connection: ConnectionView, triggeredBy: string, stopped: readonly string[] = []): Promise<string> {
    const pool = this.transactions.pool;
    await this.feeds.ensure(pool, connection.projectId, connection.id);
    // Looked at before the date is asked for: a day that comes meanwhile is none that was taken back.
    const attributes = await this.attributes.ofConnection(pool, connection.projectId, connection.id);
    const dataDate = await this.ask(connection);
    await this.feeds.noteCheck(pool, connection.id, { dataDate, problem: null });
    if (attributes.some((each) => each.state !== 'STOPPED' && each.dataDate !== null && each.dataDate > dataDate)) {
      await this.goBack(connection, dataDate);
    }
    for (const attribute of attributes) {
      const isAgain = stopped.includes(attribute.id);
      const isApplied = attribute.dataDate !== null && attribute.dataDate >= dataDate;
      if (attribute.state === 'STOPPED' || (isApplied && !isAgain)) continue;
      await this.transactions.run((tx) => this.begin(tx, { connection, attribute, dataDate, triggeredBy, isAgain }));
    }
    return dataDate;
  }

  private async ask(connection: ConnectionView): Promise<string> {
    try {
      return await (await this.connections.clientFor(connection.id)).getLastDataUpdate();
    } catch (error) {
      const problem = error instanceof AppError ? error.message : 'The data date could not be read';
      await this.feeds.noteCheck(this.transactions.pool, connection.id, { dataDate: null, problem });
      throw toError(error);
    }
  }

  /** What was read of later days may have been wrong: nobody relies on it, and it is read again when Optimove has it again. */
  private goBack({ id, projectId, timeZone }: ConnectionView, dataDate: string): Promise<void> {
    return this.transactions.run(async (tx) => {
      await this.attributes.doubtChangesAfter(tx, id, dataDate);
      const names = await this.attributes.goBack(tx, id, { dataDate, timeZone });
      const taskId = await this.tasks.start(tx, {
        projectId,
        connectionId: id,
        kind: 'suppression.went-back',
        title: `Optimove's data date went back to ${dataDate}`,
        triggeredBy: 'Optimove data date',
      });
      const detail = `Newer data of ${names.join(', ')} were read already. Nobody relies on them, and they are read again when that day comes again. Ask Optimove what happened; a complete CSV makes good what is not told again`;
      await this.tasks.finish(tx, taskId, 'FAILED', detail);
      this.log.event('suppression.went-back', { connectionId: id, dataDate, attributes: names.length }, 'warn');
    });
  }

  private async begin(tx: Tx, { connection, attribute, dataDate, triggeredBy, isAgain }: Begin): Promise<void> {
    const { projectId } = connection;
    const run = await this.runs.ofDay(tx, attribute.id, dataDate);
    if (run) return this.takeUp(tx, run.id, isAgain);
    const taskId = await this.tasks.start(tx, {
      projectId,
      connectionId: connection.id,
      kind: 'suppression.sync',
      title: `Sync of the suppression attribute ${attribute.name}, data of ${dataDate}`,
      triggeredBy,
      waits: true,
    });
    const runId = await this.runs.add(tx, {
      projectId,
      connectionId: connection.id,
      attributeId: attribute.id,
      source: 'CHANGERS',
      dataDate,
      taskId,
    });
    if (runId) await this.outbox.enqueue(tx, syncAttributeJob, { runId, at: '0' });
    else await this.tasks.finish(tx, taskId, 'SUCCEEDED', 'Another worker had begun this sync');
  }

  private async takeUp(tx: Tx, runId: string, isAgain: boolean): Promise<void> {
    const isOpen = isAgain ? await this.runs.repeat(tx, runId) : await this.runs.reopen(tx, runId, restSeconds);
    if (!isOpen) return;
    await this.outbox.enqueue(tx, syncAttributeJob, { runId, at: String(Date.now()) });
  }
}
