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

  /**
   * Those of the messages, by id, that are of campaigns for another app, or that the gate would not let out now: one
   * decision for each connection, and one for Direct campaigns.
   */
  of(
    { projectId, profileId, appId }: { projectId: string; profileId: string; appId: string },
    medium: 'INBOX' | 'IN_APP',
    ids: string[],
  ): Promise<Set<string>> {
    if (ids.length === 0) return Promise.resolve(new Set());
    return this.transactions.run(async (tx) => {
      const hidden = await this.ofOtherApps(tx, { projectId, appId }, ids);
      for (const { origin, messages } of await this.byOrigin(tx, projectId, ids)) {
        const people = [{ seq: 1, profileId }];
        const decisions = await this.suppression.decide(tx, { projectId, origin, people, media: [medium] });
        if (decisions.some(({ isAllowed }) => isAllowed)) continue;
        for (const id of messages) hidden.add(id);
      }
      return hidden;
    });
  }

  private async ofOtherApps(
    tx: Tx,
    { projectId, appId }: { projectId: string; appId: string },
    ids: string[],
  ): Promise<Set<string>> {
    const refs = ids.flatMap((id) => readDeliveryId(id) ?? []);
    const executions = await query<{ id: string }>(
      tx,
      `SELECT DISTINCT t.execution_id AS id FROM execution_template t JOIN campaign_version v ON v.id = t.version_id
       WHERE v.project_id = $1 AND t.execution_id = ANY($2::uuid[]) AND v.content->>'appId' <> $3`,
      [projectId, [...new Set(refs.map(({ executionId }) => executionId))], appId],
    );
    if (executions.length === 0) return new Set();
    const rows = await query<{ id: string }>(
      tx,
      `SELECT m.id FROM unnest($2::text[], $3::uuid[], $4::int[]) AS m(id, execution_id, seq)
         JOIN recipient r ON r.execution_id = m.execution_id AND r.seq = m.seq
         JOIN execution_template t ON t.execution_id = r.execution_id AND t.optimove_template_id = r.optimove_template_id
         JOIN campaign_version v ON v.id = t.version_id
       WHERE v.project_id = $1 AND m.execution_id = ANY($5::uuid[]) AND v.content->>'appId' <> $6`,
      [
        projectId,
        ids,
        ids.map((id) => readDeliveryId(id)?.executionId ?? null),
        ids.map((id) => readDeliveryId(id)?.seq ?? null),
        executions.map(({ id }) => id),
        appId,
      ],
    );
    return new Set(rows.map(({ id }) => id));
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
