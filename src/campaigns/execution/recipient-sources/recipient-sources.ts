import { Transactions } from '@libs/platform';
import { ConnectionsService, type ConnectionView } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import { AudienceRepository } from '../../persistence/ledger/audience.repository';
import type { ExecutionRow } from '../../persistence/ledger/execution.repository';
import { ApiPages } from './api-pages';
import type { RecipientSource } from './recipient-source';

/** Opens the recipient source that an execution was announced with. */
@Injectable()
export class RecipientSources {
  constructor(
    private readonly transactions: Transactions,
    private readonly connections: ConnectionsService,
    private readonly audience: AudienceRepository,
  ) {}

  /** Nothing is read before the first call of the source. */
  async open(execution: ExecutionRow, connection: ConnectionView): Promise<RecipientSource> {
    const client = await this.connections.clientFor(connection.id);
    const nextSkip = () => this.audience.nextSkip(this.transactions.pool, execution);
    return new ApiPages(client, execution, connection, nextSkip);
  }
}
