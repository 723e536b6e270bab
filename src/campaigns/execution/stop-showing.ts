import { Transactions } from '@libs/platform';
import { KeptMessagesService } from '@modules/channels';
import { type Actor, AuditTrail } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { ExecutionListRepository } from '../persistence/ledger/execution-list.repository';

/** Takes back what apps and sites would still show. */
@Injectable()
export class StopShowing {
  constructor(
    private readonly transactions: Transactions,
    private readonly executions: ExecutionListRepository,
    private readonly kept: KeptMessagesService,
    private readonly audit: AuditTrail,
  ) {}

  /** From the answer on no inbox has a message of the execution, and no app shows one. False: there is no such execution. */
  async stop(actor: Actor, id: string): Promise<boolean> {
    const execution = await this.executions.find(actor.projectId, id);
    if (!execution) return false;
    await this.transactions.run(async (tx) => {
      const isNew = await this.kept.stop(tx, { projectId: actor.projectId, batchId: id, by: actor.label });
      if (!isNew) return;
      await this.audit.record(tx, actor, { action: 'execution.showing-stopped', subject: { type: 'execution', id } });
    });
    return true;
  }
}
