import { AppError } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { ConnectionsService, type ConnectionView } from '@modules/connections';
import { Injectable } from '@nestjs/common';

/** Since a post was made ready its connection has got another account or other names: it was kept here. */
export class FormerNamesError extends AppError {
  readonly code = 'POST_UNDER_FORMER_NAMES';
  readonly retryable = true;
}

/** Asked right before a post goes out, however long it waited for its turn. */
@Injectable()
export class LastWord {
  constructor(
    private readonly transactions: Transactions,
    private readonly connections: ConnectionsService,
  ) {}

  /**
   * A question that throws a {@link FormerNamesError} unless customer ids of the connection mean the same as when its view was
   * read. As they do, the client is of the account that they are names in.
   */
  for(connection: ConnectionView): () => Promise<void> {
    return async () => {
      if (await this.connections.meansSame(this.transactions.pool, connection)) return;
      throw new FormerNamesError(
        'The account or the User ID attribute of the connection was changed before it went out',
      );
    };
  }
}
