import { execute, query, type Tx } from '@libs/platform';
import { type Person, PersonalData, type PersonalDataSource, type PersonalRecord, recordsOf } from '@modules/profiles';
import { Injectable, type OnModuleInit } from '@nestjs/common';

/** What Optimove was told about a person's subscriptions. */
@Injectable()
export class StatusPersonalData implements PersonalDataSource, OnModuleInit {
  constructor(private readonly data: PersonalData) {}

  onModuleInit(): void {
    this.data.register(this);
  }

  async *records(tx: Tx, projectId: string, { customerIds }: Person): AsyncGenerator<PersonalRecord> {
    const rows = await query(
      tx,
      `SELECT t.medium, s.customer_id, s.owed, s.acknowledged, s.state, s.acknowledged_at FROM subscription_target t
       JOIN subscription_status s ON s.target_id = t.id AND s.customer_id = ANY($2::text[]) WHERE t.project_id = $1`,
      [projectId, customerIds],
    );
    yield* recordsOf('subscription_status', rows);
  }

  erase(tx: Tx, projectId: string, { customerIds }: Person): Promise<number> {
    return execute(
      tx,
      `DELETE FROM subscription_status s USING subscription_target t
       WHERE t.project_id = $1 AND s.target_id = t.id AND s.customer_id = ANY($2::text[])`,
      [projectId, customerIds],
    );
  }
}
