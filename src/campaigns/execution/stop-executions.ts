import { Outbox, Transactions, type Tx } from '@libs/platform';
import { type Actor, AuditTrail } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { ExecutionListRepository, type ListedExecution } from '../persistence/ledger/execution-list.repository';
import { StopRepository, type StopScope } from '../persistence/ledger/stop.repository';
import { AnnounceCampaign } from './announce-campaign';
import { CancelExecution } from './cancel-execution';
import { letGoOn, queueIdle } from './queue-chunks';

/** Why an execution was not stopped or resumed. */
export type StopRefusal = 'NOT_FOUND' | 'WRONG_STATE';

/** What people can do about executions under way. */
@Injectable()
export class StopExecutions {
  constructor(
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    private readonly stops: StopRepository,
    private readonly executions: ExecutionListRepository,
    private readonly cancellation: CancelExecution,
    private readonly announceCampaign: AnnounceCampaign,
    private readonly audit: AuditTrail,
  ) {}

  /** Nothing new is handed over from the answer on; requests in flight finish and are counted. */
  pause(actor: Actor, id: string): Promise<StopRefusal | null> {
    return this.change(actor, id, 'execution.paused', (tx) => this.stops.pause(tx, id));
  }

  /** Goes on where it stopped: due chunks are queued at once, and its list is read as far as it was not while it stopped. */
  resume(actor: Actor, id: string): Promise<StopRefusal | null> {
    return this.change(actor, id, 'execution.resumed', async (tx) => {
      if (!(await this.stops.resume(tx, id))) return false;
      await letGoOn({ outbox: this.outbox, stops: this.stops }, tx, id);
      await this.announceCampaign.read(tx, id);
      return true;
    });
  }

  /** Ends it for good: whoever was not handed over ends CANCELLED, or FAILED where providers had refused them for good. */
  async cancel(actor: Actor, id: string, reason: string): Promise<StopRefusal | null> {
    const refusal = await this.change(
      actor,
      id,
      'execution.cancelled',
      async (tx) => (await this.stops.requestCancel(tx, [id], reason)).length === 1,
    );
    if (!refusal) await this.cancellation.carryOut(id);
    return refusal;
  }

  /** Switches sending off for a project, a connection, a channel or a provider account; executions wait. */
  async switchOff(actor: Actor, stop: { scope: StopScope; scopeId: string; reason: string }): Promise<void> {
    await this.transactions.run(async (tx) => {
      await this.stops.switchOff(tx, actor.projectId, { ...stop, stoppedBy: actor.label });
      const subject = { type: stop.scope.toLowerCase(), id: stop.scopeId };
      await this.audit.record(tx, actor, { action: 'sending.switched-off', subject, after: { reason: stop.reason } });
    });
  }

  /** Switches sending on again; waiting chunks are queued at once. False when it was on. */
  async switchOn(actor: Actor, scope: StopScope, scopeId: string): Promise<boolean> {
    await this.noteGoingOn(actor.projectId, scope, scopeId);
    return this.transactions.run(async (tx) => {
      const isChanged = await this.stops.switchOn(tx, actor.projectId, scope, scopeId);
      const subject = { type: scope.toLowerCase(), id: scopeId };
      if (!isChanged) return false;
      await this.audit.record(tx, actor, { action: 'sending.switched-on', subject });
      for (const id of await this.stops.running(tx, actor.projectId))
        await queueIdle({ outbox: this.outbox, stops: this.stops }, tx, id);
      return isChanged;
    });
  }

  /** Each by itself and before all: to queue the chunks takes long, and no execution may stay locked meanwhile. */
  private async noteGoingOn(projectId: string, scope: StopScope, scopeId: string): Promise<void> {
    const { pool } = this.transactions;
    const stops = await this.stops.list(pool, projectId);
    if (!stops.some((stop) => stop.scope === scope && stop.scopeId === scopeId)) return;
    for (const id of await this.stops.running(pool, projectId)) await this.stops.goesOn(pool, id);
  }

  private async change(
    actor: Actor,
    id: string,
    action: string,
    work: (tx: Tx) => Promise<boolean>,
  ): Promise<StopRefusal | null> {
    const execution: ListedExecution | null = await this.executions.find(actor.projectId, id);
    if (!execution) return 'NOT_FOUND';
    return this.transactions.run(async (tx) => {
      if (!(await work(tx))) return 'WRONG_STATE';
      await this.audit.record(tx, actor, { action, subject: { type: 'execution', id } });
      return null;
    });
  }
}
