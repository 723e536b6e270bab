import { query, Transactions, type Tx } from '@libs/platform';
import { type GateOrigin, SuppressionService } from '@modules/suppression';
import { Injectable } from '@nestjs/common';
import { readDeliveryId } from '../domain/execution/delivery-id';

interface KeptMessage {
  id: string;
  executionId: string;
  seq: number;
}

/** Whoever is excluded by now is not shown what was kept for them before: the showing is what reaches the person. */
@Injectable()
export class WithholdKept {
  constructor(
    private readonly transactions: Transactions,
    private readonly suppression: SuppressionService,
  ) {}

  /**
   * Those of the messages, by id, that are of campaigns for other apps, or that the gate would not let out now: one
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

  private async ofOtherApps(tx: Tx, owner: { projectId: string; appId: string }, ids: string[]): Promise<Set<string>> {
    const messages = ids.flatMap((id): KeptMessage[] => {
      const ref = readDeliveryId(id);
      return ref ? [{ id, executionId: ref.executionId, seq: ref.seq }] : [];
    });
    const origins = await this.originsOfOtherApps(tx, owner, [...new Set(messages.map((each) => each.executionId))]);
    const of = (isTest: boolean) => messages.filter(({ executionId }) => origins.get(executionId) === isTest);
    return new Set([...of(true).map(({ id }) => id), ...(await this.sentToOtherApps(tx, owner, of(false)))]);
  }

  /** Executions with a campaign for other apps, and tests of one; by id whether it is a test. */
  private async originsOfOtherApps(
    tx: Tx,
    { projectId, appId }: { projectId: string; appId: string },
    executionIds: string[],
  ): Promise<Map<string, boolean>> {
    const rows = await query<{ id: string; isTest: boolean }>(
      tx,
      `SELECT DISTINCT t.execution_id AS id, false AS "isTest"
       FROM execution_template t JOIN campaign_version v ON v.id = t.version_id
       WHERE v.project_id = $1 AND t.execution_id = ANY($2::uuid[]) AND ${isForOthers('v', '$3')}
       UNION ALL
       SELECT s.id, true FROM test_send s WHERE s.project_id = $1 AND s.id = ANY($2::uuid[]) AND ${isForOthers('s', '$3')}`,
      [projectId, executionIds, appId],
    );
    return new Map(rows.map(({ id, isTest }) => [id, isTest]));
  }

  private async sentToOtherApps(
    tx: Tx,
    { projectId, appId }: { projectId: string; appId: string },
    messages: KeptMessage[],
  ): Promise<string[]> {
    if (messages.length === 0) return [];
    const rows = await query<{ id: string }>(
      tx,
      `SELECT m.id FROM unnest($2::text[], $3::uuid[], $4::int[]) AS m(id, execution_id, seq)
         JOIN recipient r ON r.execution_id = m.execution_id AND r.seq = m.seq
         JOIN execution_template t ON t.execution_id = r.execution_id AND t.optimove_template_id = r.optimove_template_id
         JOIN campaign_version v ON v.id = t.version_id
       WHERE v.project_id = $1 AND ${isForOthers('v', '$5')}`,
      [
        projectId,
        messages.map(({ id }) => id),
        messages.map(({ executionId }) => executionId),
        messages.map(({ seq }) => seq),
        appId,
      ],
    );
    return rows.map(({ id }) => id);
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

/** Whether the content of a row is for other apps than this one. */
function isForOthers(row: string, appId: string): string {
  return `${row}.content ? 'appIds' AND NOT ${row}.content->'appIds' ? ${appId}`;
}
