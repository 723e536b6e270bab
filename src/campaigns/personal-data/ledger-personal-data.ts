import { execute, query, SecretBox, type Tx } from '@libs/platform';
import { isPersons, keyOfPerson } from '@modules/matching';
import { type Person, PersonalData, type PersonalDataSource, type PersonalRecord, recordsOf } from '@modules/profiles';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { erasedPrefix, erasurePurpose } from '../domain/erased';
import { customersListedAs, rememberErased, toldBy } from '../persistence/ledger/erased-customers';
import { JournalPersonalData } from './journal-personal-data';

/**
 * Whether a row of the execution `e` is the person's: by what the connection calls them, which is the user ID where they
 * are told by no User ID attribute, or because the customer was matched as them (an array, so that no plan reads the whole ledger).
 */
function isTheirs(row: string): string {
  const named = { connection: 'e.connection_id', customer: `${row}.customer_id` };
  return `${row}.customer_id = ANY($2::text[]) AND (${isPersons(named, `${toldBy(row)} = ANY(e.attributes)`)}
    OR $6::uuid = ANY(ARRAY(SELECT m.profile_id FROM recipient m WHERE m.execution_id = e.id AND m.customer_id = ${row}.customer_id)))`;
}

/** The rows of a person in every execution of the project: one look into an index for each. */
const rowsOfPerson = `FROM execution e JOIN recipient r ON r.execution_id = e.id AND ${isTheirs('r')} WHERE e.project_id = $1`;

/**
 * A person in the ledger, its staging and the intakes. Sums rest on these rows, so they stay, without anything that says
 * whose they are; whoever was still to get a message ends without a profile.
 */
@Injectable()
export class LedgerPersonalData implements PersonalDataSource, OnModuleInit {
  constructor(
    private readonly data: PersonalData,
    private readonly journal: JournalPersonalData,
    private readonly secrets: SecretBox,
  ) {}

  onModuleInit(): void {
    this.data.register(this);
    this.data.onErasureBegin((tx, projectId, person) => this.remember(tx, projectId, person));
  }

  async *records(tx: Tx, projectId: string, found: Person): AsyncGenerator<PersonalRecord> {
    const person = await withListed(tx, projectId, found);
    const key = await keyOfPerson(tx, projectId, person);
    for (const [section, sql] of Object.entries(exported)) yield* recordsOf(section, await query(tx, sql, key));
    const tests =
      'SELECT test_send_id, medium, state, reason FROM test_delivery WHERE project_id = $1 AND profile_id = $2';
    yield* recordsOf('test_message', await query(tx, tests, [projectId, person.profileId]));
    yield* recordsOf('category_use', await query(tx, categoryUses, [projectId, person.profileId]));
    for await (const call of this.journal.of(tx, projectId, person)) {
      yield { section: 'callback', record: { received_at: call.receivedAt, body: call.body.toString('utf8') } };
    }
  }

  async erase(tx: Tx, projectId: string, found: Person): Promise<number> {
    const person = await withListed(tx, projectId, found);
    const key = await keyOfPerson(tx, projectId, person);
    await this.remember(tx, projectId, person);
    let touched = 0;
    for (const sql of erasing) touched += await execute(tx, sql, key);
    const tests = 'DELETE FROM test_delivery WHERE project_id = $1 AND profile_id = $2';
    touched += await execute(tx, tests, [projectId, person.profileId]);
    const uses = `DELETE FROM engagement_use WHERE profile_id = $2 AND project_id = $1
      AND category_id IN (SELECT id FROM engagement_category WHERE project_id = $1)`;
    touched += await execute(tx, uses, [projectId, person.profileId]);
    return touched + (await this.journal.erase(tx, projectId, person));
  }

  private async remember(tx: Tx, projectId: string, person: Person): Promise<void> {
    const [secret] = this.secrets.derivedKeys(erasurePurpose);
    if (secret) await rememberErased(tx, projectId, person, secret);
  }
}

/** The person with what only lists that are still to be sent call them. */
async function withListed(tx: Tx, projectId: string, person: Person): Promise<Person> {
  const [userId = ''] = person.customerIds;
  const listed = await customersListedAs(tx, projectId, userId);
  return {
    ...person,
    customerIds: [...new Set([...person.customerIds, ...listed.map(({ customerId }) => customerId)])],
    customers: [...person.customers, ...listed],
  };
}

const categoryUses = `SELECT c.name AS category, to_timestamp(e.value::bigint) AS counted_at
  FROM engagement_category c JOIN engagement_use u ON u.category_id = c.id AND u.profile_id = $2
  CROSS JOIN LATERAL jsonb_each_text(u.uses) AS e WHERE c.project_id = $1 ORDER BY 2`;

const exported = {
  message: `SELECT e.optimove_campaign_id, r.optimove_template_id, r.due_at, r.end_state, r.reason, r.ended_at,
      r.delivered_at, r.opened_at, r.clicked_at, d.medium, d.state, d.address, d.claimed_at, d.receipt_status
    FROM execution e JOIN recipient r ON r.execution_id = e.id AND ${isTheirs('r')}
    LEFT JOIN delivery d ON d.execution_id = r.execution_id AND d.seq = r.seq WHERE e.project_id = $1 ORDER BY r.due_at`,
  merge_values: `SELECT e.optimove_campaign_id, e.attributes AS names, s.attributes AS values
    FROM execution e JOIN recipient_staging s ON s.execution_id = e.id AND ${isTheirs('s')}
    WHERE e.project_id = $1`,
  refused_row: `SELECT e.optimove_campaign_id, x.state, x.reason, x.raw
    FROM execution e JOIN recipient_reject x ON x.execution_id = e.id AND ${isTheirs('x')}
    WHERE e.project_id = $1`,
  engagement: `SELECT i.medium, i.kind, i.link, i.answers, i.user_agent, i.occurred_at FROM engagement_intake i
    WHERE (i.execution_id, i.seq) IN (SELECT r.execution_id, r.seq ${rowsOfPerson}) ORDER BY i.occurred_at`,
};

const nobody = `'${erasedPrefix}' || gen_random_uuid()`;

/** In this order: the rows of the person lead to the others, so they are changed last. */
const erasing = [
  `DELETE FROM recipient_event WHERE (execution_id, seq) IN (SELECT r.execution_id, r.seq ${rowsOfPerson})`,
  `DELETE FROM engagement_intake WHERE kind = 'PREFERENCES' AND processed_at IS NULL
     AND (execution_id, seq) IN (SELECT r.execution_id, r.seq ${rowsOfPerson})`,
  `UPDATE delivery SET address = NULL
   WHERE address IS NOT NULL AND (execution_id, seq) IN (SELECT r.execution_id, r.seq ${rowsOfPerson})`,
  `DELETE FROM short_link WHERE (execution_id, seq) IN (SELECT r.execution_id, r.seq ${rowsOfPerson})`,
  `UPDATE engagement_intake SET link = NULL, answers = NULL, user_agent = NULL, profile_id = NULL
   WHERE (execution_id, seq) IN (SELECT r.execution_id, r.seq ${rowsOfPerson})`,
  `UPDATE recipient_reject x SET customer_id = NULL, raw = ''
   FROM execution e WHERE e.project_id = $1 AND x.execution_id = e.id AND ${isTheirs('x')}`,
  // Values that are gone import no number, which would make the person known again.
  `UPDATE recipient_staging s SET customer_id = ${nobody}, attributes = array_fill(NULL::text, ARRAY[cardinality(s.attributes)])
   FROM execution e WHERE e.project_id = $1 AND s.execution_id = e.id AND ${isTheirs('s')}`,
  `UPDATE recipient r SET customer_id = ${nobody}, profile_id = NULL
   FROM execution e WHERE e.project_id = $1 AND r.execution_id = e.id AND ${isTheirs('r')}`,
];
