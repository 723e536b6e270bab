import { query, Transactions, type Tx } from '@libs/platform';
import { type GateOrigin, SuppressionService } from '@modules/suppression';
import { Injectable } from '@nestjs/common';
import { readDeliveryId } from '../domain/execution/delivery-id';

/** Whoever is excluded by now is not shown what was kept for them before: the showing is what reaches the person. */
@Injectable()
export class WithholdKept {
  constructor(
    private readonly transactions: Transactions,
    private readonly suppression: SuppressionService,
  ) {}

  /** Those of the messages, by id, that the gate would not let out now. One decision for each connection, and one for Direct campaigns. */
  of(
    { projectId, profileId }: { projectId: string; profileId: string },
    medium: 'INBOX' | 'IN_APP',
    ids: string[],
  ): Promise<Set<string>> {
    if (ids.length === 0) return Promise.resolve(new Set());
    return this.transactions.run(async (tx) => {
      const hidden = new Set<string>();
      for (const { origin, messages } of await this.byOrigin(tx, projectId, ids)) {
        const people = [{ seq: 1, profileId }];
        const decisions = await this.suppression.decide(tx, { projectId, origin, people, media: [medium] });
        if (decisions.some(({ isAllowed }) => isAllowed)) continue;
        for (const id of messages) hidden.add(id);
      }
      return hidden;
    });
  }

  /** A test belongs to no execution and is held to the rules of Direct campaigns. */
  private async byOrigin(
    tx: Tx,
    projectId: string,
    ids: string[],
  ): Promise<Iterable<{ origin: GateOrigin; messages: string[] }>> {
    const executions = new Map(ids.map((id) => [id, readDeliveryId(id)?.executionId]));
    const rows = await query<{ id: string; connection_id: string | null }>(
      tx,
      'SELECT id, connection_id FROM execution WHERE project_id = $1 AND id = ANY($2::uuid[])',
      [projectId, [...new Set(executions.values())].filter((id) => id !== undefined)],
    );
    const connections = new Map(rows.map((row) => [row.id, row.connection_id]));
    const groups = new Map<string | null, { origin: GateOrigin; messages: string[] }>();
    for (const [id, executionId = ''] of executions) {
      const connectionId = connections.get(executionId) ?? null;
      const origin: GateOrigin = connectionId
        ? { kind: 'OPTIMOVE', connectionId, executionId }
        : { kind: 'DIRECT', executionId };
      const group = groups.get(connectionId) ?? { origin, messages: [] };
      group.messages.push(id);
      groups.set(connectionId, group);
    }
    return groups.values();
  }
}
