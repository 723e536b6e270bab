import { execute, query, type Tx } from '@libs/platform';
import { erasedPrefix } from '@modules/campaigns';
import { isPersons, keyOfPerson } from '@modules/matching';
import { type Person, PersonalData, type PersonalDataSource, type PersonalRecord, recordsOf } from '@modules/profiles';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { dropErased } from './persistence/subscription-status.repository';

/** What Optimove was told, or is to be told, about a person: subscriptions and engagement. */
@Injectable()
export class PostbackPersonalData implements PersonalDataSource, OnModuleInit {
  constructor(private readonly data: PersonalData) {}

  onModuleInit(): void {
    this.data.register(this);
  }

  async *records(tx: Tx, projectId: string, person: Person): AsyncGenerator<PersonalRecord> {
    const key = await keyOfPerson(tx, projectId, person);
    for (const [section, sql] of Object.entries(exported)) yield* recordsOf(section, await query(tx, sql, key));
  }

  async erase(tx: Tx, projectId: string, person: Person): Promise<number> {
    const key = await keyOfPerson(tx, projectId, person);
    let touched = 0;
    for (const sql of erasing) touched += await execute(tx, sql, key);
    await execute(tx, dropErased, [projectId]);
    await execute(tx, `DELETE FROM engagement_batch WHERE project_id = $1 AND customers = 0`, [projectId]);
    return touched;
  }
}

const isTheirStatus = `s.customer_id = ANY($2::text[]) AND (s.profile_id = $6::uuid
  OR ${isPersons({ connection: 't.connection_id', customer: 's.customer_id' })})`;
const isTheirEvent = isPersons({ connection: 'e.connection_id', customer: 'e.customer_id' });

const exported = {
  subscription_status: `SELECT t.medium, t.app_id, s.customer_id, s.owed, s.acknowledged, s.state, s.acknowledged_at
    FROM subscription_target t JOIN subscription_status s ON s.target_id = t.id
    WHERE t.project_id = $1 AND ${isTheirStatus}`,
  engagement_told: `SELECT e.optimove_campaign_id, e.event, e.occurred_at, coalesce(b.state, 'WAITING') AS state
    FROM engagement_event e LEFT JOIN engagement_batch b ON b.id = e.batch_id
    WHERE e.project_id = $1 AND ${isTheirEvent}`,
};

/**
 * Whoever may be contacted as far as Optimove knows is told to be unsubscribed, and dropped then. What Optimove has not
 * heard of engagement it will not hear; where it has, the sums of batches stay.
 */
const erasing = [
  `UPDATE subscription_status s SET profile_id = NULL, owed = 'UNSUBSCRIBED',
     state = CASE WHEN s.acknowledged = 'UNSUBSCRIBED' AND s.post_id IS NULL THEN 'ACKNOWLEDGED' ELSE 'OWED' END
   FROM subscription_target t WHERE t.project_id = $1 AND s.target_id = t.id AND ${isTheirStatus}`,
  `WITH gone AS (
     DELETE FROM engagement_event e WHERE e.project_id = $1 AND ${isTheirEvent}
       AND NOT EXISTS (SELECT FROM engagement_batch b WHERE b.id = e.batch_id AND b.settled_at IS NOT NULL)
     RETURNING e.batch_id
   ) UPDATE engagement_batch b SET customers = b.customers - g.count
   FROM (SELECT batch_id, count(*)::int AS count FROM gone GROUP BY batch_id) AS g WHERE b.id = g.batch_id`,
  `UPDATE engagement_event e SET customer_id = '${erasedPrefix}' || gen_random_uuid()
   WHERE e.project_id = $1 AND ${isTheirEvent}`,
];
