import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What people did by medium and by link: the first time of each on the recipient, sums of links; sums of media from what is kept. */
export class CountsByMedium1795420000465 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...tables, ...sums]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of reversal) await runner.query(statement);
  }
}

const tables = [
  'ALTER TABLE recipient ADD COLUMN medium_deeds text[]',
  `CREATE TABLE execution_link (
    project_id uuid NOT NULL,
    execution_id uuid NOT NULL,
    optimove_template_id text NOT NULL,
    medium text NOT NULL,
    link_id text NOT NULL,
    position integer NOT NULL,
    link text,
    clicks integer NOT NULL DEFAULT 0,
    people integer NOT NULL DEFAULT 0,
    machine_clicks integer NOT NULL DEFAULT 0,
    CONSTRAINT pk_execution_link PRIMARY KEY (execution_id, optimove_template_id, medium, link_id)
  )`,
];

const sums = [
  `WITH done AS (
     SELECT i.execution_id, i.seq, i.medium || ':' || d.deed AS deed
     FROM engagement_intake i, LATERAL (VALUES
       ('DELIVERED', i.kind IN ('DELIVERED', 'OPENED', 'CLICKED', 'DISMISSED') AND NOT i.is_machine),
       ('OPENED', i.kind IN ('OPENED', 'CLICKED') AND NOT i.is_machine),
       ('CLICKED', i.kind = 'CLICKED' AND NOT i.is_machine),
       ('UNSUBSCRIBED', i.kind = 'UNSUBSCRIBED'),
       ('COMPLAINED', i.kind = 'COMPLAINED')) AS d(deed, holds)
     WHERE i.processed_at IS NOT NULL AND d.holds
     UNION
     SELECT execution_id, seq, medium || CASE receipt_status WHEN 'FAILED' THEN ':BOUNCED' ELSE ':DELIVERED' END
     FROM delivery WHERE receipt_status IN ('DELIVERED', 'FAILED')
   )
   UPDATE recipient r SET medium_deeds = p.deeds
   FROM (SELECT execution_id, seq, array_agg(deed) AS deeds FROM done GROUP BY 1, 2) AS p
   WHERE r.execution_id = p.execution_id AND r.seq = p.seq`,
  `INSERT INTO execution_tally (execution_id, chunk_no, optimove_template_id, measure, count)
   SELECT execution_id, 0, optimove_template_id, 'PEOPLE:' || deed, count(*)
   FROM recipient, unnest(medium_deeds) AS deed GROUP BY 1, 3, 4`,
  `INSERT INTO execution_tally (execution_id, chunk_no, optimove_template_id, measure, count)
   SELECT execution_id, 0, optimove_template_id, measure, count(*) FROM (
     SELECT i.execution_id, r.optimove_template_id,
       'EVENT:' || i.medium || ':' || CASE WHEN i.is_machine THEN 'MACHINE_' ELSE '' END || i.kind AS measure
     FROM engagement_intake i JOIN recipient r ON r.execution_id = i.execution_id AND r.seq = i.seq
     WHERE i.processed_at IS NOT NULL
     UNION ALL
     SELECT r.execution_id, r.optimove_template_id, 'EVENT:' || deed
     FROM recipient r, unnest(r.medium_deeds) AS deed WHERE deed LIKE '%:OPENED' AND NOT EXISTS (
       SELECT 1 FROM engagement_intake i WHERE i.execution_id = r.execution_id AND i.seq = r.seq
         AND i.medium || ':OPENED' = deed AND i.kind = 'OPENED' AND NOT i.is_machine AND i.processed_at IS NOT NULL)
   ) AS event GROUP BY 1, 3, 4`,
  `INSERT INTO execution_tally (execution_id, chunk_no, optimove_template_id, measure, count)
   SELECT c.execution_id, c.chunk_no, r.optimove_template_id, 'PEOPLE:' || d.medium || ':SENT', count(DISTINCT d.seq)
   FROM execution_chunk c
   JOIN delivery d ON d.execution_id = c.execution_id AND d.seq BETWEEN c.from_seq AND c.to_seq AND d.state = 'ACCEPTED'
   JOIN recipient r ON r.execution_id = d.execution_id AND r.seq = d.seq
   WHERE c.state = 'DONE' GROUP BY 1, 2, 3, 4`,
];

const reversal = [
  `DELETE FROM execution_tally WHERE measure LIKE 'PEOPLE:%' OR measure LIKE 'EVENT:%:%'`,
  'DROP TABLE execution_link',
  'ALTER TABLE recipient DROP COLUMN medium_deeds',
];
