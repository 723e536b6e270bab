import { newId } from '@libs/foundation';
import { execute, type GaugeValue, lagOf, query, type Tx } from '@libs/platform';
import type { AttributeType } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import type { AttributeState, SuppressionAttribute } from '../domain/sync';

const columns = `id, project_id AS "projectId", connection_id AS "connectionId", name, type, state,
  state_reason AS "stateReason", data_date::text AS "dataDate", complete_date::text AS "completeDate",
  gap_before::text AS "gapBefore", last_synced_at AS "lastSyncedAt"`;

/** Whether the sync of the day `$3` has something to say: no later one counts, nor one of that day that stands. */
const isOpenDay = `(data_date IS NULL OR data_date < $3::date OR (data_date = $3::date AND state = 'FAILED'))`;

/** SQL: whether nothing newer than a complete list of the day $3 is there, or ought to be, for an attribute `a`. */
const isNewest = `coalesce(a.data_date <= $3::date, true) AND NOT (a.state = 'FAILED' AND EXISTS (
  SELECT FROM suppression_sync_run r WHERE r.attribute_id = a.id AND r.source = 'CHANGERS' AND r.data_date > $3::date
    AND r.state IN ('WAITING', 'RUNNING', 'FAILED')))`;

/** The attributes that are kept in step with Optimove. */
@Injectable()
export class AttributeRepository {
  ofConnection(tx: Tx, projectId: string, connectionId: string): Promise<SuppressionAttribute[]> {
    return query(
      tx,
      `SELECT ${columns} FROM suppression_attribute WHERE project_id = $1 AND connection_id = $2 ORDER BY id`,
      [projectId, connectionId],
    );
  }

  /** The names of those of a project, whatever connection they are of. */
  async names(tx: Tx, projectId: string): Promise<string[]> {
    const rows = await query<{ name: string }>(
      tx,
      'SELECT DISTINCT name FROM suppression_attribute WHERE project_id = $1',
      [projectId],
    );
    return rows.map(({ name }) => name);
  }

  /** Since when the oldest day of data that are synced is over; of attributes without any, nothing. */
  age(tx: Tx): Promise<GaugeValue<never>[]> {
    return lagOf(
      tx,
      `SELECT (data_date + 1)::timestamp AT TIME ZONE 'UTC' AS at FROM suppression_attribute WHERE state <> 'STOPPED'`,
    );
  }

  async find(tx: Tx, projectId: string, id: string): Promise<SuppressionAttribute | null> {
    const rows = await query<SuppressionAttribute>(
      tx,
      `SELECT ${columns} FROM suppression_attribute WHERE project_id = $1 AND id = $2`,
      [projectId, id],
    );
    return rows[0] ?? null;
  }

  /** The attribute, which nobody else changes until `tx` ends. */
  async lock(tx: Tx, projectId: string, id: string): Promise<SuppressionAttribute | null> {
    const rows = await query<SuppressionAttribute>(
      tx,
      `SELECT ${columns} FROM suppression_attribute WHERE project_id = $1 AND id = $2 FOR UPDATE`,
      [projectId, id],
    );
    return rows[0] ?? null;
  }

  /** Adds an attribute; null when the connection has one of this name. */
  async add(
    tx: Tx,
    given: { projectId: string; connectionId: string; name: string; type: AttributeType },
  ): Promise<string | null> {
    const rows = await query<{ id: string }>(
      tx,
      `INSERT INTO suppression_attribute (id, project_id, connection_id, name, type, keyed_by, account_id)
       VALUES ($1, $2, $3, $4, $5, (SELECT user_id_attribute FROM connection WHERE id = $3), (SELECT account_id FROM connection WHERE id = $3))
       ON CONFLICT ON CONSTRAINT uq_suppression_attribute_name DO NOTHING RETURNING id`,
      [newId(), given.projectId, given.connectionId, given.name, given.type],
    );
    return rows[0]?.id ?? null;
  }

  /** Removes an attribute with what was remembered of it. Runs stay as history. */
  async remove(tx: Tx, projectId: string, id: string): Promise<void> {
    await execute(tx, 'DELETE FROM suppression_attribute WHERE project_id = $1 AND id = $2', [projectId, id]);
    for (const table of ['remembered_value', 'customer_value']) {
      await execute(tx, `DELETE FROM ${table} WHERE project_id = $1 AND attribute_id = $2`, [projectId, id]);
    }
  }

  async setState(
    tx: Tx,
    { projectId, id }: { projectId: string; id: string },
    state: AttributeState,
    reason: string | null,
  ): Promise<void> {
    await execute(
      tx,
      'UPDATE suppression_attribute SET state = $3, state_reason = $4 WHERE project_id = $1 AND id = $2',
      [projectId, id, state, reason],
    );
  }

  /** The sync of a day failed; one of a later day that succeeded meanwhile counts for more. */
  async noteFailure(
    tx: Tx,
    { projectId, id }: { projectId: string; id: string },
    { dataDate, reason }: { dataDate: string; reason: string },
  ): Promise<void> {
    await execute(
      tx,
      `UPDATE suppression_attribute SET state = 'FAILED', state_reason = $4
       WHERE project_id = $1 AND id = $2 AND ${isOpenDay}`,
      [projectId, id, dataDate, reason],
    );
  }

  /**
   * Somebody says that the reason why attributes stopped is gone; until a sync succeeds their data count as failed.
   * @returns the ids of those that were stopped.
   */
  async retryStopped(tx: Tx, projectId: string, connectionId: string): Promise<string[]> {
    const rows = await query<{ id: string }>(
      tx,
      `UPDATE suppression_attribute SET state = 'FAILED' WHERE project_id = $1 AND connection_id = $2 AND state = 'STOPPED'
       RETURNING id`,
      [projectId, connectionId],
    );
    return rows.map(({ id }) => id);
  }

  /** Whether a rule rests on an attribute of this name. */
  async hasRule(tx: Tx, projectId: string, name: string): Promise<boolean> {
    const rows = await query(
      tx,
      `SELECT FROM suppression_attribute a WHERE a.project_id = $1 AND a.name = $2
         AND EXISTS (SELECT FROM exclusion_rule r WHERE r.attribute_id = a.id)`,
      [projectId, name],
    );
    return rows.length > 0;
  }

  /** Stops every attribute of this name. */
  async stopNamed(
    tx: Tx,
    { projectId, name, reason }: { projectId: string; name: string; reason: string },
  ): Promise<void> {
    await execute(
      tx,
      `UPDATE suppression_attribute SET state = 'STOPPED', state_reason = $3 WHERE project_id = $1 AND name = $2`,
      [projectId, name, reason],
    );
  }

  /** Stops every attribute of a connection. */
  async stopAll(tx: Tx, connectionId: string, reason: string): Promise<void> {
    await execute(
      tx,
      `UPDATE suppression_attribute SET state = 'STOPPED', state_reason = $2 WHERE connection_id = $1`,
      [connectionId, reason],
    );
  }

  /** Stops every attribute of connections that are deleted. */
  async stopOfDeleted(tx: Tx, reason: string): Promise<void> {
    await execute(
      tx,
      `UPDATE suppression_attribute a SET state = 'STOPPED', state_reason = $1
       FROM connection c WHERE c.id = a.connection_id AND c.deleted_at IS NOT NULL AND a.state <> 'STOPPED'`,
      [reason],
    );
  }

  /** Connections that have another User ID attribute now than the one under which values are kept. */
  keyedAnew(tx: Tx): Promise<string[]> {
    return this.connectionsWhere(tx, 'c.user_id_attribute IS DISTINCT FROM a.keyed_by');
  }

  /** Connections that were moved to another account than the one that values were read from. */
  ofFormerAccounts(tx: Tx): Promise<string[]> {
    return this.connectionsWhere(tx, 'c.account_id IS DISTINCT FROM a.account_id');
  }

  private async connectionsWhere(tx: Tx, isChanged: string): Promise<string[]> {
    const rows = await query<{ id: string }>(
      tx,
      `SELECT DISTINCT c.id FROM suppression_attribute a JOIN connection c ON c.id = a.connection_id
       WHERE c.deleted_at IS NULL AND ${isChanged}`,
    );
    return rows.map(({ id }) => id);
  }

  /**
   * Changes up to a day are applied. `hasGap`: days before it were missed. Where `lost` changes could be put down to
   * nobody, nothing is known any more of whom nothing was heard; where they do not even say whose they are, each value
   * from before may be out of date, as after a missed day.
   */
  async noteChanges(
    tx: Tx,
    { projectId, id }: { projectId: string; id: string },
    applied: { dataDate: string; timeZone: string; hasGap: boolean; lost: { strangers: number; unnamed: number } },
  ): Promise<void> {
    const { dataDate, timeZone, hasGap, lost } = applied;
    await execute(
      tx,
      `UPDATE suppression_attribute SET state = 'FRESH', state_reason = NULL, last_synced_at = now(), data_date = $3,
         data_as_of = $3::date::timestamp AT TIME ZONE $4, gap_before = CASE WHEN $5 THEN $3::date ELSE gap_before END,
         is_gap_open = is_gap_open OR $5, complete_date = CASE WHEN $6 THEN NULL ELSE complete_date END,
         lost_on = CASE WHEN $6 THEN $3::date ELSE lost_on END,
         unnamed_on = CASE WHEN $7 THEN $3::date ELSE unnamed_on END
       WHERE project_id = $1 AND id = $2 AND ${isOpenDay}`,
      [
        ...[projectId, id, dataDate, timeZone, hasGap || lost.unnamed > 0, lost.unnamed + lost.strangers > 0],
        lost.unnamed > 0,
      ],
    );
  }

  /**
   * A complete list as of a day is loaded: it closes a gap that ended by then, and makes good changes lost by then. What
   * failed stays so while changes of a later day are not read.
   */
  async noteComplete(
    tx: Tx,
    { projectId, id }: { projectId: string; id: string },
    loaded: { dataDate: string; timeZone: string },
  ): Promise<void> {
    await execute(
      tx,
      `UPDATE suppression_attribute a SET last_synced_at = now(),
         complete_date = CASE WHEN lost_on > $3::date THEN complete_date ELSE greatest(complete_date, $3::date) END,
         gap_before = CASE WHEN $3::date >= greatest(gap_before - 1, unnamed_on) THEN NULL ELSE gap_before END,
         is_gap_open = is_gap_open AND $3::date < greatest(gap_before - 1, unnamed_on),
         lost_on = CASE WHEN lost_on > $3::date THEN lost_on END,
         unnamed_on = CASE WHEN unnamed_on > $3::date THEN unnamed_on END,
         state = CASE WHEN ${isNewest} THEN 'FRESH' ELSE state END,
         state_reason = CASE WHEN ${isNewest} THEN NULL ELSE state_reason END,
         data_as_of = greatest(data_as_of, $3::date::timestamp AT TIME ZONE $4),
         data_date = greatest(data_date, $3::date)
       WHERE project_id = $1 AND id = $2`,
      [projectId, id, loaded.dataDate, loaded.timeZone],
    );
  }

  /**
   * A missed day no longer holds anything once campaign lists have told of everybody who had a value before it. Who is
   * heard of later with an older value, or not at all, still counts as missed. @returns the attributes that caught up.
   */
  async noteCaughtUp(tx: Tx): Promise<{ name: string; connectionId: string }[]> {
    return query(
      tx,
      `UPDATE suppression_attribute a SET is_gap_open = false WHERE is_gap_open AND NOT EXISTS (
         SELECT 1 FROM remembered_value v WHERE v.attribute_id = a.id AND v.data_date < a.gap_before)
         AND NOT EXISTS (SELECT 1 FROM customer_value c WHERE c.attribute_id = a.id AND c.data_date < a.gap_before)
       RETURNING name, connection_id AS "connectionId"`,
    );
  }

  /** Nobody relies on what changes of days after this one said of people, until something newer is said of them. */
  async doubtChangesAfter(tx: Tx, connectionId: string, day: string): Promise<void> {
    await execute(
      tx,
      `UPDATE remembered_value v SET is_doubtful = true FROM suppression_sync_run r
       WHERE r.connection_id = $1 AND r.source = 'CHANGERS' AND r.data_date > $2::date AND v.attribute_id = r.attribute_id
         AND v.run_id = r.id`,
      [connectionId, day],
    );
  }

  /** Days after this one count as not read. @returns the names of the attributes that had any. */
  async goBack(
    tx: Tx,
    connectionId: string,
    { dataDate, timeZone }: { dataDate: string; timeZone: string },
  ): Promise<string[]> {
    const rows = await query<{ name: string }>(
      tx,
      `UPDATE suppression_attribute SET data_date = $2::date, data_as_of = $2::date::timestamp AT TIME ZONE $3
       WHERE connection_id = $1 AND state <> 'STOPPED' AND data_date > $2::date RETURNING name`,
      [connectionId, dataDate, timeZone],
    );
    return rows.map(({ name }) => name);
  }

  /** What was remembered hangs on keys that no longer mean the same people: nothing of it counts any more. */
  async forgetValues(tx: Tx, connectionId: string, reason: string): Promise<void> {
    for (const table of ['remembered_value', 'customer_value']) {
      const ofConnection = 'attribute_id IN (SELECT id FROM suppression_attribute WHERE connection_id = $1)';
      await execute(tx, `DELETE FROM ${table} WHERE ${ofConnection}`, [connectionId]);
    }
    await execute(
      tx,
      `UPDATE suppression_attribute SET keyed_by = (SELECT user_id_attribute FROM connection WHERE id = $1),
         complete_date = NULL, gap_before = data_date + 1, is_gap_open = data_date IS NOT NULL,
         state = CASE WHEN state = 'FRESH' THEN 'FAILED' ELSE state END, state_reason = CASE WHEN state = 'FRESH' THEN $2 ELSE state_reason END
       WHERE connection_id = $1`,
      [connectionId, reason],
    );
  }

  /** No day of data is read, and none was missed: days are those of the connection's account from now on. */
  async forgetDays(tx: Tx, connectionId: string): Promise<void> {
    await execute(
      tx,
      `UPDATE suppression_attribute SET account_id = (SELECT account_id FROM connection WHERE id = $1),
         data_date = NULL, data_as_of = NULL, gap_before = NULL, is_gap_open = false, lost_on = NULL, unnamed_on = NULL
       WHERE connection_id = $1`,
      [connectionId],
    );
  }
}
