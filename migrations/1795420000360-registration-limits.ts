import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Apps limit how many installations register within an hour, in all and from one address. */
export class RegistrationLimits1795420000360 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE app ADD COLUMN registrations_per_hour integer NOT NULL DEFAULT 100000,
         ADD COLUMN registrations_per_address integer NOT NULL DEFAULT 1000`,
    );
    await runner.query(
      `CREATE TABLE registration_room (
         project_id uuid NOT NULL,
         app_id uuid NOT NULL,
         address text NOT NULL,
         room double precision NOT NULL,
         filled_at timestamptz NOT NULL,
         CONSTRAINT pk_registration_room PRIMARY KEY (project_id, app_id, address)
       )`,
    );
    await runner.query('CREATE INDEX ix_registration_room_filled ON registration_room (filled_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE registration_room');
    await runner.query('ALTER TABLE app DROP COLUMN registrations_per_hour, DROP COLUMN registrations_per_address');
  }
}
