import { newId } from '@libs/foundation';
import { type CopyValue, copyIn, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { AttributeDefinitions } from '../attributes/attribute-definitions';
import { TimedAttributes } from '../attributes/timed-attributes';
import { typeValues } from '../domain/attributes/type-values';
import type { Subscription } from '../domain/subscription';
import { heedDeadAddresses } from '../persistence/known-dead';
import { firstTimes } from '../persistence/said-times';
import type { ProfileRow } from './profile-rows';

/** What became of a batch. */
export interface WrittenBatch {
  created: number;
  updated: number;
  /** Positions of rows that could not be stored, with the reason. */
  refused: { index: number; reason: string }[];
}

/** SQL: a no counts as said now; a yes of a file does not stand against a no that a person has said and that still waits. */
const saidAt = (medium: 'email' | 'sms', given: string): string =>
  `CASE WHEN p.user_id = ANY(${given}::text[]) AND excluded.${medium}_subscription = 'UNSUBSCRIBED' THEN now()
     ELSE p.${medium}_said_at END`;

/** SQL: what a row says in the place of what is stored. A no that the person said stays. */
const subscription = (medium: 'email' | 'sms', given: string): string =>
  `CASE WHEN p.user_id = ANY(${given}::text[]) AND NOT p.${medium}_no_is_own THEN excluded.${medium}_subscription
     ELSE p.${medium}_subscription END`;

/** Rows, and of which attributes it is kept when they were said. */
interface TimedRows {
  rows: ProfileRow[];
  timed: string[];
}

const uniqueViolation = '23505';
/** Rows from which on asking whether all are new costs less than it saves. */
const worthCopy = 200;
const copied = `id, project_id, user_id, email, mobile_number, email_subscription, sms_subscription, language, time_zone,
  country, attributes, attributes_said_at, email_said_at, sms_said_at`;

/** Stores batches of imported profiles, one statement each, in the order of their keys, so that writers at the same time do not block each other for good. Writing a batch again changes nothing. */
@Injectable()
export class ImportWriter {
  constructor(
    private readonly definitions: AttributeDefinitions,
    private readonly timed: TimedAttributes,
  ) {}

  /** Rows with a value that does not fit the definition of its attribute are refused as a whole. */
  async writeProfiles(tx: Tx, projectId: string, given: ProfileRow[]): Promise<WrittenBatch> {
    const known = await this.definitions.forWriting(tx, projectId);
    const refused: WrittenBatch['refused'] = [];
    const rows = given.flatMap((row, index) => {
      const { values, problems } = typeValues(row.attributes, known, 'PROFILE');
      if (problems.length === 0) return [{ ...row, attributes: values }];
      refused.push({ index, reason: problems.map(({ name, reason }) => `${name} ${reason}`).join('; ') });
      return [];
    });
    return { ...(await this.write(tx, projectId, rows)), refused };
  }

  private async write(tx: Tx, projectId: string, given: ProfileRow[]): Promise<Omit<WrittenBatch, 'refused'>> {
    if (given.length === 0) return { created: 0, updated: 0 };
    const rows = inOrder(given);
    const timed = await this.timed.of(tx, projectId);
    const written =
      (await this.addAll(tx, projectId, { rows, timed })) ?? (await this.upsert(tx, projectId, { rows, timed }));
    await heedDeadAddresses(tx, projectId, rows);
    return written;
  }

  /** @returns null, with nothing stored, unless these are many people of whom none is there. */
  private async addAll(
    tx: Tx,
    projectId: string,
    { rows, timed }: TimedRows,
  ): Promise<Omit<WrittenBatch, 'refused'> | null> {
    const now = await this.nowIfNew(tx, projectId, rows);
    if (!now || !(await this.add(tx, cellsOf(projectId, { rows, timed }, now)))) return null;
    return { created: rows.length, updated: 0 };
  }

  /** The time of the transaction when none of many people is there; null otherwise. */
  private async nowIfNew(tx: Tx, projectId: string, rows: ProfileRow[]): Promise<Date | null> {
    if (rows.length < worthCopy) return null;
    // Counted, not looked for by LIMIT or EXISTS: hoping for an early hit, the planner would read the whole table.
    const [there] = await query<{ people: number; now: Date }>(
      tx,
      'SELECT count(*)::int AS people, now() FROM profile WHERE project_id = $1 AND user_id = ANY($2::text[])',
      [projectId, rows.map(({ userId }) => userId)],
    );
    return there?.people === 0 ? there.now : null;
  }

  /** Copies people in of whom none is there. @returns false, with nothing stored, when somebody made one of them meanwhile. */
  private async add(tx: Tx, cells: Iterable<CopyValue[]>): Promise<boolean> {
    try {
      await tx.transaction((savepoint) => copyIn(savepoint, `profile (${copied})`, cells));
      return true;
    } catch (error) {
      if ((error as { code?: string }).code !== uniqueViolation) throw error;
      return false;
    }
  }

  private async upsert(tx: Tx, projectId: string, { rows, timed }: TimedRows): Promise<Omit<WrittenBatch, 'refused'>> {
    const column = <K extends keyof ProfileRow>(name: K): ProfileRow[K][] => rows.map((row) => row[name]);
    const written = await query<{ is_new: boolean }>(
      tx,
      `INSERT INTO profile AS p (id, project_id, user_id, email, mobile_number, email_subscription, sms_subscription,
         language, time_zone, country, attributes, attributes_said_at, email_said_at, sms_said_at)
       SELECT r.id, $1, r.user_id, r.email, r.mobile_number, coalesce(r.email_subscription, 'NOT_SET'),
         coalesce(r.sms_subscription, 'NOT_SET'), r.language, r.time_zone, r.country, r.attributes,
         ${firstTimes('r.attributes', '$14')},
         CASE WHEN r.email_subscription = 'UNSUBSCRIBED' THEN now() END, CASE WHEN r.sms_subscription = 'UNSUBSCRIBED' THEN now() END
       FROM ROWS FROM (
         unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[]),
         jsonb_array_elements($11::jsonb)
       ) AS r(id, user_id, email, mobile_number, email_subscription, sms_subscription, language, time_zone, country, attributes)
       ORDER BY r.user_id COLLATE "C"
       ON CONFLICT ON CONSTRAINT uq_profile_user_id DO UPDATE SET
         email = coalesce(excluded.email, p.email),
         mobile_number = coalesce(excluded.mobile_number, p.mobile_number),
         is_email_addressable = p.is_email_addressable OR (excluded.email IS NOT NULL AND lower(excluded.email) IS DISTINCT FROM lower(p.email)),
         is_mobile_number_addressable = p.is_mobile_number_addressable
           OR (excluded.mobile_number IS NOT NULL AND excluded.mobile_number IS DISTINCT FROM p.mobile_number),
         email_subscription = ${subscription('email', '$12')},
         sms_subscription = ${subscription('sms', '$13')},
         email_said_at = ${saidAt('email', '$12')},
         sms_said_at = ${saidAt('sms', '$13')},
         language = coalesce(excluded.language, p.language),
         time_zone = coalesce(excluded.time_zone, p.time_zone),
         country = coalesce(excluded.country, p.country),
         attributes = p.attributes || excluded.attributes,
         attributes_said_at = coalesce(p.attributes_said_at || excluded.attributes_said_at, excluded.attributes_said_at, p.attributes_said_at),
         updated_at = now()
       RETURNING (xmax = 0) AS is_new`,
      [
        projectId,
        rows.map(() => newId()),
        column('userId'),
        column('email'),
        column('mobileNumber'),
        column('emailSubscription'),
        column('smsSubscription'),
        column('language'),
        column('timezone'),
        column('country'),
        // One text: quoting thousands of objects as an array of texts would cost more than all the rest.
        JSON.stringify(rows.map(({ attributes }) => attributes)),
        rows.filter(({ emailSubscription }) => emailSubscription).map(({ userId }) => userId),
        rows.filter(({ smsSubscription }) => smsSubscription).map(({ userId }) => userId),
        timed,
      ],
    );
    return count(written);
  }
}

function count(written: { is_new: boolean }[]): { created: number; updated: number } {
  const created = written.filter((row) => row.is_new).length;
  return { created, updated: written.length - created };
}

/** The order of the bytes of the user IDs, which every collation has. */
function inOrder(rows: ProfileRow[]): ProfileRow[] {
  const keyed = rows.map((row) => ({ row, key: Buffer.from(row.userId) }));
  return keyed.sort((one, other) => Buffer.compare(one.key, other.key)).map(({ row }) => row);
}

function* cellsOf(projectId: string, { rows, timed }: TimedRows, now: Date): Generator<CopyValue[]> {
  const saidAt = (said: Subscription | null): string | null => (said === 'UNSUBSCRIBED' ? now.toISOString() : null);
  for (const row of rows) {
    yield [
      newId(),
      projectId,
      row.userId,
      row.email,
      row.mobileNumber,
      row.emailSubscription ?? 'NOT_SET',
      row.smsSubscription ?? 'NOT_SET',
      row.language,
      row.timezone,
      row.country,
      row.attributes,
      timesOf(row.attributes, timed, now),
      saidAt(row.emailSubscription),
      saidAt(row.smsSubscription),
    ];
  }
}

function timesOf(values: Record<string, unknown>, timed: string[], now: Date): Record<string, string> | null {
  const names = timed.filter((name) => (values[name] ?? null) !== null);
  return names.length === 0 ? null : Object.fromEntries(names.map((name) => [name, now.toISOString()]));
}
