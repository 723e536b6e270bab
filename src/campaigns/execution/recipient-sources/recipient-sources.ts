import { Transactions } from '@libs/platform';
import { ConnectionsService, type ConnectionView } from '@modules/connections';
import { LearnFromLists } from '@modules/suppression';
import { Injectable } from '@nestjs/common';
import { AudienceRepository } from '../../persistence/ledger/audience.repository';
import { EngagementFilesRepository } from '../../persistence/ledger/engagement-files.repository';
import type { OptimoveExecutionRow } from '../../persistence/ledger/execution.repository';
import { ApiPages } from './api-pages';
import { CustomerFiles } from './customer-files';
import type { InLease, RecipientSource } from './recipient-source';

/** Opens the recipient source that an execution was announced with. */
@Injectable()
export class RecipientSources {
  constructor(
    private readonly transactions: Transactions,
    private readonly connections: ConnectionsService,
    private readonly audience: AudienceRepository,
    private readonly engagements: EngagementFilesRepository,
    private readonly suppression: LearnFromLists,
  ) {}

  /** Nothing is read before the first call of the source. */
  async open(execution: OptimoveExecutionRow, connection: ConnectionView, inLease: InLease): Promise<RecipientSource> {
    const { pool } = this.transactions;
    const announcement = await this.engagements.find(pool, execution);
    if (announcement) {
      const storage = this.connections.storage();
      return new CustomerFiles({ storage, engagements: this.engagements, pool, execution, announcement, inLease });
    }
    const client = await this.connections.clientFor(connection.id);
    const begin = async () => ({
      fromSkip: await this.audience.nextSkip(pool, execution),
      asked: await this.suppression.asked(pool, connection),
    });
    return new ApiPages(client, execution, connection, begin, this.suppression, this.audience);
  }
}
