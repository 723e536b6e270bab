import { Transactions } from '@libs/platform';
import { type Actor, AuditTrail } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { AnnouncementRepository } from '../persistence/ledger/announcement.repository';
import { ExecutionListRepository } from '../persistence/ledger/execution-list.repository';
import { StopRepository } from '../persistence/ledger/stop.repository';
import { AnnounceCampaign } from './announce-campaign';

/** Why an execution was not started anew. */
export type RetryRefusal = 'NOT_FOUND' | 'WRONG_STATE' | 'CANCELLED';

/** Starts an execution anew whose list could not be read. */
@Injectable()
export class RetryExecution {
  constructor(
    private readonly transactions: Transactions,
    private readonly executions: ExecutionListRepository,
    private readonly announcements: AnnouncementRepository,
    private readonly stops: StopRepository,
    private readonly announceCampaign: AnnounceCampaign,
    private readonly audit: AuditTrail,
  ) {}

  /** Only one that failed before anything was sent and was not cancelled; its list is read from the beginning. */
  async run(actor: Actor, id: string): Promise<RetryRefusal | null> {
    if (!(await this.executions.find(actor.projectId, id))) return 'NOT_FOUND';
    return this.transactions.run(async (tx) => {
      if (await this.stops.isWithdrawn(tx, id)) return 'CANCELLED';
      if (!(await this.announcements.revive(tx, id))) return 'WRONG_STATE';
      await this.announceCampaign.read(tx, id);
      await this.audit.record(tx, actor, { action: 'execution.retried', subject: { type: 'execution', id } });
      return null;
    });
  }
}
