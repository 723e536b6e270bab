import { randomUUID } from 'node:crypto';
import { JournalPersonalData } from '../../../src/campaigns/personal-data/journal-personal-data';
import { LedgerPersonalData } from '../../../src/campaigns/personal-data/ledger-personal-data';
import { IntakePersonalData } from '../../../src/channels/intake-personal-data';
import { KeptPersonalData } from '../../../src/channels/kept-personal-data';
import { MatchingPersonalData } from '../../../src/matching/matching-personal-data';
import { PostbackPersonalData } from '../../../src/postbacks/postback-personal-data';
import { ErasePerson } from '../../../src/profiles/personal-data/erase-person';
import { ExclusionPersonalData } from '../../../src/suppression/exclusion-personal-data';
import { needle, putEverywhere } from './person-everywhere';
import { type Stage, setStage } from './stage';

const upper = [
  MatchingPersonalData,
  KeptPersonalData,
  IntakePersonalData,
  ExclusionPersonalData,
  JournalPersonalData,
  LedgerPersonalData,
  PostbackPersonalData,
];

describe('what is kept of one person', () => {
  let stage: Stage;
  let executionId: string;
  let authorization: string;
  beforeAll(async () => {
    stage = await setStage(upper);
    const csv = [
      'userId,email,mobileNumber,emailSubscription,smsSubscription,tier',
      `${needle.userId},${needle.email},${needle.mobileNumber},SUBSCRIBED,UNSUBSCRIBED,gold`,
      `${needle.userId},not an address,,,,`,
      'other,other@example.com,,SUBSCRIBED,,silver',
    ];
    await stage.send('/imports/profiles', csv.join('\n'));
    const { createApp } = await stage.ask<{ createApp: { sdkKey: string } }>(
      'mutation { createApp(input: { name: "Casino", platform: ANDROID }) { sdkKey userErrors { message } } }',
    );
    const registered = await post(
      'sdk/v1/devices',
      { installationId: randomUUID() },
      { 'x-app-key': createApp.sdkKey },
    );
    authorization = `Bearer ${((await registered.json()) as { deviceSecret: string }).deviceSecret}`;
    const signedIn = await post('sdk/v1/device/user', { userId: needle.userId }, { authorization }, 'PUT');
    await post('sdk/v1/device/events', { hits: [{ name: 'spin', value: needle.email }] }, { authorization });
    const { profileId } = (await signedIn.json()) as { profileId: string };
    executionId = await putEverywhere(stage, profileId);
  }, 60_000);
  afterAll(() => stage?.close());

  const post = (path: string, body: object, headers: object, method = 'POST'): Promise<Response> =>
    fetch(`${stage.url}/${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const exported = async (userId: string): Promise<{ section: string; record: unknown }[]> => {
    const response = await post('profiles/export', { userId }, { authorization: `Bearer ${stage.apiKey}` });
    expect(response.status).toBe(200);
    const lines = (await response.text()).split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as { section: string; record: unknown });
  };
  const erase = (userId: string, isFinal = true) =>
    stage.ask<{ eraseProfile: { taskId: string | null; userErrors: { path: string[] }[] } }>(
      `mutation ($input: EraseProfileInput!) { eraseProfile(input: $input) { taskId userErrors { path message } } }`,
      { input: { userId, isFinal } },
    );
  /** Tables in which any row still holds one of the person's names, in a text, a JSON value or raw bytes. */
  const tablesNaming = async (): Promise<string[]> => {
    const tables = await stage.database.query(
      `SELECT c.relname AS name FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1`,
    );
    const found: string[] = [];
    for (const { name } of tables as { name: string }[]) {
      const hex = Buffer.from('needle').toString('hex');
      const [row] = await stage.database.query(
        `SELECT count(*)::int AS count FROM ${name} t WHERE t::text ~ 'needle|${hex}|${needle.mobileNumber}'`,
      );
      if ((row as { count: number }).count > 0) found.push(name.replace(/_\d{6,8}$/, ''));
    }
    return found;
  };

  it('is handed out whole: of every module, and nothing of anybody else', async () => {
    const records = await exported(needle.userId);
    expect([...new Set(records.map(({ section }) => section))].sort()).toEqual([
      ...[
        'behaviour',
        'callback',
        'category_use',
        'device',
        'engagement',
        'engagement_told',
        'import_reject',
        'incoming_text',
        'kept_message',
        'matched_customer',
      ],
      ...['merge_values', 'message', 'number_reject', 'profile', 'receipt', 'refused_row', 'subscription_change'],
      ...['subscription_status', 'suppression_entry', 'task_error', 'test_message'],
    ]);
    expect(JSON.stringify(records)).not.toMatch(/other@example|somebody-else|customer-2/);
  });

  it('is shown and erased only by who may', async () => {
    expect((await post('profiles/export', { userId: 'x' }, {})).status).toBe(401);
    expect((await post('profiles/export', {}, { authorization: `Bearer ${stage.apiKey}` })).status).toBe(400);
    const { eraseProfile } = await erase(needle.userId, false);
    expect(eraseProfile).toMatchObject({ taskId: null, userErrors: [{ path: ['isFinal'] }] });
  });

  it('is gone from every table when the person is erased, but for what excludes them; sums stay', async () => {
    expect(await tablesNaming()).toEqual(
      expect.arrayContaining(['callback_journal', 'engagement_intake', 'recipient']),
    );
    const { eraseProfile } = await erase(needle.userId);
    expect(eraseProfile.userErrors).toEqual([]);
    expect(await stage.ask('query { profile(userId: "needle-user") { id } }')).toEqual({ profile: null });
    expect((await post('sdk/v1/device/events', { hits: [{ name: 'spin' }] }, { authorization })).status).toBe(401);
    const [erasure] = await stage.database.query('SELECT id FROM erasure');
    await stage.app.get(ErasePerson, { strict: false }).run((erasure as { id: string }).id);
    expect(await tablesNaming()).toEqual(['suppression_entry']);
    expect(await stage.database.query('SELECT category_id FROM engagement_use')).toEqual([]);
    const [sums] = await stage.database.query(
      `SELECT (SELECT count(*)::int FROM recipient WHERE execution_id = $1) AS recipients,
         (SELECT count(*)::int FROM recipient_reject WHERE execution_id = $1) AS rejects,
         (SELECT count(*)::int FROM callback_journal) AS calls, (SELECT count(*)::int FROM engagement_intake) AS clicks`,
      [executionId],
    );
    expect(sums).toEqual({ recipients: 3, rejects: 1, calls: 2, clicks: 1 });
    const { tasks } = await stage.ask<{ tasks: { nodes: { status: string }[] } }>(
      `{ tasks(first: 1, kind: "profiles.erase") { nodes { status } } }`,
    );
    expect(tasks.nodes).toEqual([{ status: 'SUCCEEDED' }]);
    expect((await exported(needle.userId)).map(({ section }) => section)).toEqual(['suppression_entry']);
    expect((await exported('other')).map(({ section }) => section)).toContain('profile');
  });
});
