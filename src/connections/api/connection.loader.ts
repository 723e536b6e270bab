import { Transactions } from '@libs/platform';
import { Injectable, Scope } from '@nestjs/common';
import DataLoader from 'dataloader';
import { ConnectionRepository } from '../persistence/connection.repository';
import type { ConnectionType } from './connection.type';
import { toConnectionType } from './map-connection';

/** The connections that a page names, in one statement; a request has one project. */
@Injectable({ scope: Scope.REQUEST })
export class ConnectionLoader {
  private projectId = '';
  private readonly loader = new DataLoader<string, ConnectionType | null>(async (ids) => {
    const found = await this.repository.findSome(this.transactions.pool, this.projectId, ids);
    const byId = new Map(found.map((connection) => [connection.id, toConnectionType(connection)]));
    return ids.map((id) => byId.get(id) ?? null);
  });

  constructor(
    private readonly repository: ConnectionRepository,
    private readonly transactions: Transactions,
  ) {}

  /** Null when it was deleted. */
  load(projectId: string, id: string): Promise<ConnectionType | null> {
    this.projectId = projectId;
    return this.loader.load(id);
  }
}
