import { Metrics, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { ConnectionRepository } from '../persistence/connection.repository';

/** What connections may ask of Optimove. */
@Injectable()
export class ConnectionsMetrics {
  constructor(metrics: Metrics, transactions: Transactions, connections: ConnectionRepository) {
    const help = 'Calls a second that a connection in use may make to Optimove';
    metrics.gauge({ name: 'optimove_call_budget_per_second', help, labels: ['connection'] }, () =>
      connections.budgets(transactions.pool),
    );
  }
}
