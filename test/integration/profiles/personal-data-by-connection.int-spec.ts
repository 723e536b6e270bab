import { newId } from '@libs/foundation';
import { JournalPersonalData } from '../../../src/campaigns/personal-data/journal-personal-data';
import { LedgerPersonalData } from '../../../src/campaigns/personal-data/ledger-personal-data';
import { MatchingPersonalData } from '../../../src/matching/matching-personal-data';
import { PostbackPersonalData } from '../../../src/postbacks/postback-personal-data';
import { ErasePerson } from '../../../src/profiles/personal-data/erase-person';
import { ExclusionPersonalData } from '../../../src/suppression/exclusion-personal-data';
import { connect, type Naming, putOver, stillIn } from './named-over';
import { type Stage, setStage } from './stage';

const upper = [
  MatchingPersonalData,
  ExclusionPersonalData,
  JournalPersonalData,
  LedgerPersonalData,
  PostbackPersonalData,
];
const ofLedger = ['delivery', 'recipient', 'recipient_reject', 'recipient_staging', 'short_link'];
/** Told by an attribute, or by none, that the connection had before. */
const formerly = ['listed', 'called', 'listedById'];
const everything = [
  ...[...ofLedger, 'callback_journal', 'engagement_event', 'number_reject'],
  ...['matched_customer', 'subscription_status'],
].sort();

describe('what is kept of one person whose name somebody else has over another connection', () => {
  let stage: Stage;
  const executions = new Map<string, string>();
  const namings: Record<string, Naming> = {};
  beforeAll(async () => {
    stage = await setStage(upper);
    await stage.send('/imports/profiles', 'userId,email\np-1,one@example.com\n2001,two@example.com');
    await stage.database.query(
      `INSERT INTO suppression_entry (id, project_id, kind, value, medium, reason)
       VALUES (gen_random_uuid(), $1, 'USER_ID', '2001', 'ANY', 'entry-of-2001')`,
      [stage.projectId],
    );
    const people = await stage.database.query<{ id: string }>('SELECT id FROM profile ORDER BY email');
    const [one, two] = people.map(({ id }) => id) as [string, string];
    const accountId = newId();
    const byAttribute = { userIdAttribute: 'LOYALTY_ID' };
    const now = await connect(stage, { accountId, ...byAttribute });
    const before = await connect(stage, { accountId, ...byAttribute, isDeleted: true });
    const plain = await connect(stage, { accountId: newId(), userIdAttribute: null });
    const unlike = await connect(stage, { accountId: newId(), ...byAttribute });
    namings.theirs = { connectionId: now, customerId: '2001', profileId: one, mark: 'mark-theirs' };
    namings.older = { connectionId: before, customerId: '2001', profileId: null, mark: 'mark-older' };
    namings.byUserId = { connectionId: plain, customerId: '2001', profileId: two, mark: 'mark-by-user-id' };
    namings.unlike = { connectionId: unlike, customerId: 'p-1', profileId: two, mark: 'mark-unlike' };
    namings.direct = { connectionId: null, customerId: '2001', profileId: two, mark: 'mark-direct' };
    namings.ownDirect = { connectionId: null, customerId: 'p-1', profileId: one, mark: 'mark-own-direct' };
    const other = await connect(stage, { accountId: newId(), userIdAttribute: 'OTHER' });
    const loyalty = await connect(stage, { accountId: newId(), ...byAttribute });
    const byLoyalty = { by: 'LOYALTY_ID', loyaltyId: ' p-1 ' };
    namings.listed = { connectionId: other, customerId: 'c-1', profileId: null, mark: 'mark-listed', told: byLoyalty };
    namings.called = {
      ...{ connectionId: other, customerId: 'c-2', profileId: null, mark: 'mark-called' },
      told: { isTriggered: true, ...byLoyalty },
    };
    namings.listedById = {
      ...{ connectionId: loyalty, customerId: 'p-1', profileId: null, mark: 'mark-listed-by-id' },
      told: { by: null },
    };
    namings.calledOtherwise = {
      ...{ connectionId: loyalty, customerId: 'c-3', profileId: null, mark: 'mark-called-otherwise' },
      told: { isTriggered: true, by: 'MOBILE', loyaltyId: 'p-1' },
    };
    for (const [name, naming] of Object.entries(namings)) executions.set(name, await putOver(stage, naming));
  }, 60_000);
  afterAll(() => stage?.close());

  const marksOf = async (userId: string): Promise<string[]> => {
    const response = await fetch(`${stage.url}/profiles/export`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${stage.apiKey}` },
      body: JSON.stringify({ userId }),
    });
    expect(response.status).toBe(200);
    const marks = (await response.text()).match(/mark-[a-z-]+|entry-of-2001/g) ?? [];
    return [...new Set(marks)].sort();
  };
  const still = async (name: string): Promise<string[]> =>
    stillIn(stage, namings[name] as Naming, executions.get(name) ?? '');

  const stillListed = async (name: string): Promise<string[]> =>
    (await still(name)).filter((table) => ofLedger.includes(table));

  it('is shown to each of them alone', async () => {
    expect(await marksOf('p-1')).toEqual([
      ...['mark-called', 'mark-listed', 'mark-listed-by-id', 'mark-older', 'mark-own-direct', 'mark-theirs'],
    ]);
    expect(await marksOf('2001')).toEqual(['entry-of-2001', 'mark-by-user-id', 'mark-direct', 'mark-unlike']);
  });

  it('is erased whole, over older connections to the account and by former attributes too, and nothing of the other', async () => {
    expect(await still('theirs')).toEqual(everything);
    await stage.ask(
      `mutation { eraseProfile(input: { userId: "p-1", isFinal: true }) { taskId userErrors { message } } }`,
    );
    const [erasure] = await stage.database.query<{ id: string }>('SELECT id FROM erasure');
    await stage.app.get(ErasePerson, { strict: false }).run(erasure?.id ?? '');
    for (const name of ['theirs', 'older', 'ownDirect']) expect([name, await still(name)]).toEqual([name, []]);
    for (const name of ['byUserId', 'unlike']) expect([name, await still(name)]).toEqual([name, everything]);
    expect(await still('direct')).toEqual(ofLedger);
    expect(await stillListed('calledOtherwise')).toEqual(ofLedger);
    for (const name of formerly) expect([name, await stillListed(name)]).toEqual([name, []]);
    expect(await marksOf('2001')).toEqual(['entry-of-2001', 'mark-by-user-id', 'mark-direct', 'mark-unlike']);
  });
});
