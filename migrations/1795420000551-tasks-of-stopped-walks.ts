import type { MigrationInterface, QueryRunner } from 'typeorm';

const detail = 'Switched off or begun anew before everyone had been read';

/** Tasks of walks over everyone that were stopped and said nothing of it end. */
export class TasksOfStoppedWalks1795420000551 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `UPDATE task t SET status = 'FAILED', detail = '${detail}', finished_at = now(), updated_at = now()
       WHERE kind = 'postbacks.subscription-status' AND status = 'RUNNING' AND NOT EXISTS (
         SELECT 1 FROM subscription_postback s WHERE s.walk_task_id = t.id AND s.is_on AND s.walk_state = 'WALKING')`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `UPDATE task SET status = 'RUNNING', detail = NULL, finished_at = NULL
       WHERE kind = 'postbacks.subscription-status' AND detail = '${detail}'`,
    );
  }
}
