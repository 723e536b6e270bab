import { ConnectionsService } from '@modules/connections';
import { ProjectsService } from '@modules/projects';
import { LearnFromLists } from '@modules/suppression';
import { ChangeValues } from '../../../src/profiles/attributes/change-values';
import { SyncWithTokenHandler } from '../../../src/suppression/jobs/suppression.handlers';
import { syncWithTokenJob } from '../../../src/suppression/jobs/suppression.jobs';
import { FeedRepository } from '../../../src/suppression/persistence/feed.repository';
import { CheckDataDate } from '../../../src/suppression/sync/check-data-date';
import { SyncAtOnce } from '../../../src/suppression/sync/sync-at-once';
import { SyncAttribute } from '../../../src/suppression/sync/sync-attribute';
import { eventually } from '../../support/eventually';
import { type Account, type ChosenAttribute, type Stage, setStage } from './stage';
import { days, syncSteps } from './sync-steps';

describe('the daily sync of suppression attributes', () => {
  let stage: Stage;
  const { choose, passDay, runNow, syncs, attributeOf, addRule, decide, valueOnProfile, load } = syncSteps(() => stage);

  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage.close());

  it.each(['TODAY', 'OLD'])('applies typed values and removes them, answers as of %s', async (changeSpelling) => {
    const account = await stage.connect({ changeSpelling });
    const { id, name } = await choose(account);
    const user = (letter: string) => `${changeSpelling}-${letter}`;
    const [a = '', b = ''] = await stage.addProfiles([user('a'), user('b')]);
    await passDay(account, days[0], name, { [user('a')]: 'true', [user('b')]: 'No', [user('stranger')]: 'true' });
    await runNow(account);
    expect(await syncs(id)).toMatchObject([
      { state: 'SUCCEEDED', dataDate: days[0], received: 3, added: 3, unknownCustomers: 1, rejected: 0 },
    ]);
    expect([await valueOnProfile(a, name), await valueOnProfile(b, name)]).toEqual([true, false]);

    const next = { [user('a')]: null, [user('b')]: 'true', [user('stranger')]: 'maybe', [user('nobody')]: null };
    await passDay(account, days[1], name, next);
    await runNow(account);
    const [newest] = await syncs(id);
    expect(newest).toMatchObject({
      state: 'PARTLY_FAILED',
      received: 4,
      changed: 1,
      cleared: 1,
      unchanged: 1,
      rejected: 1,
    });
    expect([await valueOnProfile(a, name), await valueOnProfile(b, name)]).toEqual([null, true]);
    const errors = await stage.rest(`/tasks/${newest?.taskId}/errors.csv`);
    expect(errors.text).toContain('is not true or false');
    expect(errors.text).toContain(user('stranger'));
  });

  it('leaves after many changes exactly what they say: remembered, on profiles, and in the sums', async () => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    const [before, count, known] = [2_000, 12_000, 3_000];
    await stage.addProfiles(Array.from({ length: known }, (_each, index) => `many${index}`));
    const said = async (date: string, madeUp: { count: number; values: (string | null)[] }): Promise<void> => {
      await account.control('PUT', `/attributes/${name}`, { madeUp: { ...madeUp, prefix: 'many' } });
      await account.control('PUT', '/data-date', { date });
      await runNow(account);
    };
    await said(days[0], { count: before, values: ['true', 'false'] });
    await said(days[1], { count, values: ['true', 'true', null, 'false'] });
    // Of four people with true, false, true, false the second and the third have another value now.
    expect((await syncs(id))[0]).toMatchObject({
      ...{ state: 'SUCCEEDED', received: count, rejected: 0, unknownCustomers: count - known },
      ...{ added: ((count - before) / 4) * 3, changed: before / 4, cleared: before / 4 },
      unchanged: before / 2 + (count - before) / 4,
    });
    const value = `(ARRAY['true', 'true', NULL, 'false'])[n % 4 + 1]::jsonb`;
    const [wrong] = await stage.database.query(
      `SELECT (SELECT count(*)::int FROM remembered_value WHERE attribute_id = $1) AS remembered,
         count(*) FILTER (WHERE r.value IS DISTINCT FROM ${value})::int AS otherwise,
         count(p.id)::int AS profiles,
         count(p.id) FILTER (WHERE nullif(p.attributes -> $2::text, 'null') IS DISTINCT FROM ${value})::int AS "otherwiseThere"
       FROM generate_series(0, $3::int - 1) AS n LEFT JOIN remembered_value r ON r.attribute_id = $1 AND r.user_id = 'many' || n
       LEFT JOIN profile p ON p.project_id = $4 AND p.user_id = 'many' || n`,
      [id, name, count, stage.actor.projectId],
    );
    expect(wrong).toEqual({ remembered: count, otherwise: 0, profiles: known, otherwiseThere: 0 });
  });

  it('runs once per data date, however often it is asked and however many workers there are', async () => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    await passDay(account, days[0], name, { twice: 'true' });
    await stage.mutate('runSuppressionSync', 'RunSuppressionSyncInput', 'dataDate', {
      connectionId: account.connectionId,
    });
    const [run] = await syncs(id);
    const sync = stage.app.get(SyncAttribute);
    await Promise.all([sync.run(run?.id ?? ''), sync.run(run?.id ?? '')]);
    await runNow(account);
    await runNow(account);
    expect(await syncs(id)).toMatchObject([{ state: 'SUCCEEDED', received: 1, added: 1 }]);
    const calls = (await account.control('GET', '/calls')) as { path: string }[];
    expect(calls.filter(({ path }) => path.endsWith('/GetCustomerAttributeChangers'))).toHaveLength(1);
  });

  it('takes null and the text NULL for no value alike: what excluded is gone, at the gate too', async () => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    await addRule(id);
    const people = ['null-null', 'null-text', 'null-file', 'null-kept'];
    const profiles = await stage.addProfiles(people);
    await passDay(account, days[0], name, Object.fromEntries(people.map((userId) => [userId, 'true'])));
    await runNow(account);
    const path = `/imports/suppression-values/${id}?dataDate=${days[0]}&complete=true&reason=Load`;
    const body = `userId,value\nnull-null,true\nnull-text,true\nnull-file,NULL\nnull-kept,true\n`;
    expect((await stage.rest(path, { method: 'POST', body })).status).toBe(200);
    await passDay(account, days[1], name, { 'null-null': null, 'null-text': 'NULL' });
    await runNow(account);
    expect((await syncs(id))[0]).toMatchObject({ state: 'SUCCEEDED', received: 2, cleared: 2, rejected: 0 });
    const found = await Promise.all(profiles.map((profileId) => valueOnProfile(profileId, name)));
    expect(found).toEqual([null, null, null, true]);
    const decided: string[] = [];
    for (const profileId of profiles) decided.push(await decide(account, profileId));
    expect(decided).toEqual(['ALLOWED', 'ALLOWED', 'ALLOWED', 'SUPPRESSED']);
  });

  it('says that a day was missed, trusts no older value, and catches up by lists and by a complete file', async () => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    await addRule(id);
    const [listed = '', filed = '', gone = ''] = await stage.addProfiles(['listed', 'filed', 'gone']);
    await passDay(account, days[0], name, { listed: 'false', filed: 'false', gone: 'true' });
    await runNow(account);
    expect([await decide(account, listed), await decide(account, gone)]).toEqual(['ALLOWED', 'SUPPRESSED']);

    await passDay(account, days[1], name, { filed: 'true' });
    await passDay(account, days[2], name, {});
    await runNow(account);
    expect(await attributeOf(account, id)).toMatchObject({ state: 'FRESH', dataDate: days[2], gapBefore: days[2] });
    const [missed] = await syncs(id);
    expect(missed).toMatchObject({ state: 'PARTLY_FAILED', detail: expect.stringContaining('were missed') });
    expect(await decide(account, listed)).toBe('SUPPRESSION_STALE');

    const connection = await stage.app.get(ConnectionsService).get(stage.actor.projectId, account.connectionId);
    const lists = stage.app.get(LearnFromLists);
    expect(await lists.wanted(stage.transactions.pool, connection)).toEqual([name]);
    const asked = await lists.asked(stage.transactions.pool, connection);
    const page = { connection, ...asked, attributes: [name], rows: [{ customerId: 'listed', attributes: ['false'] }] };
    await stage.transactions.run((tx) => lists.learn(tx, page));
    expect([await decide(account, listed), await decide(account, filed)]).toEqual(['ALLOWED', 'SUPPRESSION_STALE']);

    const path = `/imports/suppression-values/${id}?dataDate=${days[2]}&complete=true&reason=Load`;
    const answer = await stage.rest(path, { method: 'POST', body: 'userId,value\nfiled,true\nlisted,no\n' });
    expect(answer.status).toBe(200);
    expect(await attributeOf(account, id)).toMatchObject({ state: 'FRESH', gapBefore: null });
    const [load] = await syncs(id);
    expect(load).toMatchObject({
      source: 'FILE',
      state: 'SUCCEEDED',
      received: 2,
      changed: 1,
      unchanged: 1,
      cleared: 1,
    });
    expect(await valueOnProfile(gone, name)).toBeNull();
    expect([await decide(account, listed), await decide(account, filed), await decide(account, gone)]).toEqual([
      'ALLOWED',
      'SUPPRESSED',
      'ALLOWED',
    ]);
  });

  it('takes no later day for a day that it could not read in time, and says that the day was missed', async () => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    await addRule(id);
    const [early = ''] = await stage.addProfiles(['held-up-early']);
    await passDay(account, days[0], name, { 'held-up-early': 'false' });
    await runNow(account);
    await passDay(account, days[1], name, { 'held-up-early': 'true' });
    await stage.mutate('runSuppressionSync', 'RunSuppressionSyncInput', 'dataDate', {
      connectionId: account.connectionId,
    });
    await passDay(account, days[2], name, { 'held-up-late': 'true' });
    await stage.work();
    const [over] = await syncs(id);
    expect(over).toMatchObject({ state: 'FAILED', dataDate: days[1], detail: expect.stringContaining('missed') });
    expect(await attributeOf(account, id)).toMatchObject({ state: 'FAILED', dataDate: days[0] });
    await runNow(account);
    expect(await attributeOf(account, id)).toMatchObject({ state: 'FRESH', dataDate: days[2], gapBefore: days[2] });
    expect(await decide(account, early)).toBe('SUPPRESSION_STALE');
  });

  it('a sync of a day that ends after that of the next does not spoil what the next brought', async () => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    await passDay(account, days[0], name, { overtaken: 'false' });
    await stage.mutate('runSuppressionSync', 'RunSuppressionSyncInput', 'dataDate', {
      connectionId: account.connectionId,
    });
    const [late] = await syncs(id);
    await passDay(account, days[1], name, { overtaken: 'true' });
    await stage.mutate('runSuppressionSync', 'RunSuppressionSyncInput', 'dataDate', {
      connectionId: account.connectionId,
    });
    const [next] = await syncs(id);
    await stage.app.get(SyncAttribute).run(next?.id ?? '');
    await stage.app.get(SyncAttribute).run(late?.id ?? '');
    expect(await syncs(id)).toMatchObject([{ state: 'SUCCEEDED' }, { state: 'FAILED' }]);
    expect(await attributeOf(account, id)).toMatchObject({ state: 'FRESH', stateReason: null, dataDate: days[1] });
  });

  it('a list that was asked for before a day came does not take the place of what that day said', async () => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    await addRule(id);
    const [crossed = ''] = await stage.addProfiles(['crossed']);
    await passDay(account, days[0], name, { crossed: 'false' });
    await runNow(account);
    const connection = await stage.app.get(ConnectionsService).get(stage.actor.projectId, account.connectionId);
    const lists = stage.app.get(LearnFromLists);
    const asked = await lists.asked(stage.transactions.pool, connection);
    await passDay(account, days[1], name, { crossed: 'true' });
    await runNow(account);
    const page = { connection, ...asked, attributes: [name], rows: [{ customerId: 'crossed', attributes: ['false'] }] };
    await stage.transactions.run((tx) => lists.learn(tx, page));
    expect([await valueOnProfile(crossed, name), await decide(account, crossed)]).toEqual([true, 'SUPPRESSED']);
  });

  it('a list takes nothing away that was said when it was asked for or since, and excludes all the same', async () => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    await addRule(id);
    const users = ['asked-before', 'asked-then', 'asked-since', 'asked-added'];
    const people = await stage.addProfiles(users);
    await passDay(account, days[0], name, {});
    await runNow(account);
    const connection = await stage.app.get(ConnectionsService).get(stage.actor.projectId, account.connectionId);
    const lists = stage.app.get(LearnFromLists);
    const asked = await lists.asked(stage.transactions.pool, connection);
    await load(id, days[0], `userId,value\n${users.map((user) => `${user},${user !== 'asked-added'}\n`).join('')}`);
    const heard = `UPDATE remembered_value SET heard_at = $3 WHERE attribute_id = $1 AND user_id = $2`;
    await stage.database.query(heard, [id, 'asked-then', asked.askedAt]);
    await stage.database.query(heard, [id, 'asked-before', new Date(asked.askedAt.getTime() - 1)]);
    const rows = users.map((customerId) => ({ customerId, attributes: [String(customerId === 'asked-added')] }));
    await stage.transactions.run((tx) => lists.learn(tx, { connection, ...asked, attributes: [name], rows }));
    expect(await Promise.all(people.map((person) => decide(account, person)))).toEqual([
      ...['ALLOWED', 'SUPPRESSED', 'SUPPRESSED', 'SUPPRESSED'],
    ]);
  });

  it('a list that tells no value takes none away, and one of an attribute whose sync failed tells nothing', async () => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    await addRule(id);
    const [kept = '', free = ''] = await stage.addProfiles(['list-kept', 'list-free']);
    await passDay(account, days[0], name, { 'list-kept': 'true' });
    await runNow(account);
    const connection = await stage.app.get(ConnectionsService).get(stage.actor.projectId, account.connectionId);
    const lists = stage.app.get(LearnFromLists);
    const rows = ['list-kept', 'list-free'].map((customerId) => ({ customerId, attributes: [null] }));
    const page = { connection, dataDate: days[0], askedAt: new Date(), attributes: [name], rows };
    await stage.transactions.run((tx) => lists.learn(tx, { ...page, untold: new Set([name]) }));
    expect(await decide(account, free)).toBe('SUPPRESSION_STALE');
    await stage.transactions.run((tx) => lists.learn(tx, page));
    expect([await decide(account, kept), await decide(account, free)]).toEqual(['SUPPRESSED', 'ALLOWED']);
    await account.control('PUT', `/attributes/${name}`, { isReleased: false });
    await passDay(account, days[1], name, {});
    await runNow(account);
    expect(await lists.wanted(stage.transactions.pool, connection)).toEqual([]);
  });

  it('a list that tells no value leaves what the own profile is excluded by, of strangers who appear later too', async () => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    await addRule(id);
    const exclude = (profileId: string) =>
      stage.database.query('UPDATE profile SET attributes = jsonb_build_object($2::text, true) WHERE id = $1', [
        profileId,
        name,
      ]);
    const [known = ''] = await stage.addProfiles(['own-known']);
    await exclude(known);
    await passDay(account, days[0], name, {});
    await runNow(account);
    const connection = await stage.app.get(ConnectionsService).get(stage.actor.projectId, account.connectionId);
    const rows = ['own-known', 'own-later'].map((customerId) => ({ customerId, attributes: [null] }));
    const page = { connection, dataDate: days[0], askedAt: new Date(), attributes: [name], rows };
    await stage.transactions.run((tx) => stage.app.get(LearnFromLists).learn(tx, page));
    expect([await valueOnProfile(known, name), await decide(account, known)]).toEqual([true, 'SUPPRESSED']);
    const [later = ''] = await stage.addProfiles(['own-later']);
    await exclude(later);
    await passDay(account, days[1], name, {});
    await runNow(account);
    expect([await valueOnProfile(later, name), await decide(account, later)]).toEqual([true, 'SUPPRESSED']);
  });

  it('a list lifts what Optimove said, and never what the person or somebody else said that excludes', async () => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    await addRule(id);
    const exclude = (profileId: string) =>
      stage.database.query(
        `UPDATE profile SET attributes = attributes || jsonb_build_object($2::text, 'Yes'::text) WHERE id = $1`,
        [profileId, name],
      );
    const users = ['lifted', 'own-first', 'own-then', 'own-stranger'];
    const [lifted = '', first = '', then = ''] = await stage.addProfiles(users.slice(0, 3));
    await exclude(first);
    await passDay(account, days[0], name, { lifted: 'true', 'own-then': 'false' });
    await runNow(account);
    await exclude(then);
    const connection = await stage.app.get(ConnectionsService).get(stage.actor.projectId, account.connectionId);
    const rows = users.map((customerId) => ({ customerId, attributes: ['false'] }));
    const page = { connection, dataDate: days[0], askedAt: new Date(), attributes: [name], rows };
    for (const _twice of [1, 2]) await stage.transactions.run((tx) => stage.app.get(LearnFromLists).learn(tx, page));
    expect([await valueOnProfile(lifted, name), await decide(account, lifted)]).toEqual([false, 'ALLOWED']);
    for (const person of [first, then])
      expect([await valueOnProfile(person, name), await decide(account, person)]).toEqual(['Yes', 'SUPPRESSED']);

    const [stranger = ''] = await stage.addProfiles(['own-stranger']);
    await exclude(stranger);
    await passDay(account, days[1], name, { 'own-then': 'false' });
    await runNow(account);
    expect([await valueOnProfile(stranger, name), await decide(account, stranger)]).toEqual(['Yes', 'SUPPRESSED']);
    expect([await valueOnProfile(then, name), await decide(account, then)]).toEqual([false, 'ALLOWED']);
  });

  it('fails loudly where Optimove does not release the attribute, and goes on once it does', async () => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    await addRule(id);
    await account.control('PUT', `/attributes/${name}`, { isReleased: false });
    await passDay(account, days[0], name, { refused: 'true' });
    await runNow(account);
    const advice = expect.stringContaining('Optimove Client Success Manager');
    expect(await attributeOf(account, id)).toMatchObject({ state: 'FAILED', stateReason: advice });
    const [person = ''] = await stage.addProfiles(['bystander']);
    expect(await decide(account, person)).toBe('SUPPRESSION_STALE');

    await account.control('PUT', `/attributes/${name}`, { isReleased: true });
    await runNow(account);
    expect(await syncs(id)).toMatchObject([{ state: 'SUCCEEDED', received: 1, added: 1 }]);
    expect(await attributeOf(account, id)).toMatchObject({ state: 'FRESH', stateReason: null });
  });

  it('reads a day again that was taken back and came again, raises the alarm, and trusts nothing read of it before', async () => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    await addRule(id);
    const people = ['back-again', 'back-wrong', 'back-before'];
    const profiles = await stage.addProfiles(people);
    const decided = async (): Promise<string[]> => {
      const all: string[] = [];
      for (const profileId of profiles) all.push(await decide(account, profileId));
      return all;
    };
    await passDay(account, days[0], name, { 'back-again': 'false', 'back-wrong': 'true', 'back-before': 'false' });
    await runNow(account);
    await passDay(account, days[1], name, { 'back-wrong': 'false' });
    await runNow(account);
    expect(await decided()).toEqual(['ALLOWED', 'ALLOWED', 'ALLOWED']);

    await passDay(account, days[0], name, { 'back-wrong': 'true' });
    await runNow(account);
    expect(await attributeOf(account, id)).toMatchObject({ state: 'FRESH', dataDate: days[0], gapBefore: null });
    expect(await decided()).toEqual(['ALLOWED', 'SUPPRESSION_STALE', 'ALLOWED']);
    const alarms = await stage.database.query(
      `SELECT status, title FROM task WHERE kind = 'suppression.went-back' AND connection_id = $1`,
      [account.connectionId],
    );
    expect(alarms).toEqual([{ status: 'FAILED', title: `Optimove's data date went back to ${days[0]}` }]);

    await passDay(account, days[1], name, { 'back-again': 'true' });
    await runNow(account);
    expect(await attributeOf(account, id)).toMatchObject({ state: 'FRESH', dataDate: days[1], gapBefore: null });
    expect(await syncs(id)).toMatchObject([{ dataDate: days[1], received: 1 }, { dataDate: days[0] }]);
    expect(await decided()).toEqual(['SUPPRESSED', 'SUPPRESSION_STALE', 'ALLOWED']);
  });

  it('is tried again by itself after a rest, as long as Optimove has the day', async () => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    const connection = await stage.app.get(ConnectionsService).get(stage.actor.projectId, account.connectionId);
    const look = async (): Promise<void> => {
      await stage.app.get(CheckDataDate).run(connection, 'clock');
      await stage.work();
    };
    await account.control('PUT', `/attributes/${name}`, { isReleased: false });
    await passDay(account, days[0], name, { healed: 'true' });
    await look();
    await account.control('PUT', `/attributes/${name}`, { isReleased: true });
    await look();
    expect(await syncs(id)).toMatchObject([{ state: 'FAILED' }]);
    await stage.database.query(
      `UPDATE suppression_sync_run SET finished_at = finished_at - interval '15 minutes' WHERE attribute_id = $1`,
      [id],
    );
    await look();
    expect(await syncs(id)).toMatchObject([{ state: 'SUCCEEDED', received: 1, added: 1 }]);
    expect(await attributeOf(account, id)).toMatchObject({ state: 'FRESH', dataDate: days[0] });
  });

  it('stops when the attribute was renamed here, says why, and goes on when that is undone', async () => {
    const account = await stage.connect();
    const { id, name, definitionId } = await choose(account);
    const rename = (to: string, version: number) =>
      stage.mutate('renameAttributeDefinition', 'RenameAttributeDefinitionInput', 'attributeDefinition { name }', {
        id: definitionId,
        version,
        name: to,
      });
    await rename(`${name}-new`, 1);
    await passDay(account, days[0], name, { renamed: 'true' });
    await runNow(account);
    const reason = expect.stringContaining(`no attribute ${name} any more`);
    expect(await attributeOf(account, id)).toMatchObject({ state: 'STOPPED', stateReason: reason, dataDate: null });
    await rename(name, 2);
    await runNow(account);
    expect(await attributeOf(account, id)).toMatchObject({ state: 'FRESH', dataDate: days[0] });
    await rename(`${name}-new`, 3);
    const rule = { suppressionAttributeId: id, excludingValues: ['true'], whenUnknown: 'ALLOW', maximumAgeHours: 72 };
    const early = await stage.mutate('createExclusionRule', 'CreateExclusionRuleInput', 'rule { id }', rule);
    expect(early.userErrors).toMatchObject([{ code: 'INVALID', path: ['suppressionAttributeId'] }]);
    await rename(name, 4);
    await addRule(id);
    expect((await rename(`${name}-new`, 5)).userErrors).toMatchObject([{ code: 'IN_USE', path: ['name'] }]);
  });

  it('excludes a stranger who becomes a profile later, and tells the profile with the next sync', async () => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    await addRule(id);
    await passDay(account, days[0], name, { latecomer: 'true' });
    await runNow(account);
    const [latecomer = ''] = await stage.addProfiles(['latecomer']);
    expect(await decide(account, latecomer)).toBe('SUPPRESSED');
    expect(await valueOnProfile(latecomer, name)).toBeNull();
    await passDay(account, days[1], name, {});
    await runNow(account);
    expect(await valueOnProfile(latecomer, name)).toBe(true);
  });

  it('begins anew after an answer that broke off, and counts everybody once', async () => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    await account.control('PUT', '/faults', {
      rules: [{ route: 'GetCustomerAttributeChangers', kind: 'truncated-page', times: 1 }],
    });
    await passDay(account, days[0], name, { broken1: 'true', broken2: 'false', broken3: 'perhaps' });
    await runNow(account);
    expect(await syncs(id)).toMatchObject([{ state: 'WAITING', detail: expect.stringContaining('cut off') }]);
    await stage.database.query('UPDATE suppression_sync_run SET held_until = NULL WHERE attribute_id = $1', [id]);
    await stage.work();
    expect(await syncs(id)).toMatchObject([
      { state: 'PARTLY_FAILED', received: 3, added: 2, rejected: 1, repeated: 0 },
    ]);
  });

  describe('while Optimove refuses the token', () => {
    /** An attribute whose first day is read, and whose next one waits to be. */
    async function beginDay(userId: string) {
      const account = await stage.connect();
      const { id, name } = await choose(account);
      await addRule(id);
      const [person = ''] = await stage.addProfiles([userId]);
      await passDay(account, days[0], name, { [userId]: 'false' });
      await runNow(account);
      expect(await decide(account, person)).toBe('ALLOWED');
      await passDay(account, days[1], name, { [`${userId}-else`]: 'true' });
      await stage.mutate('runSuppressionSync', 'RunSuppressionSyncInput', 'dataDate', {
        connectionId: account.connectionId,
      });
      return { account, id, name, person };
    }
    const refuse = (account: Account, isRefused: boolean) =>
      account.control('PUT', '/faults', { rules: isRefused ? [{ kind: '401' }] : [] });
    const makeDue = (id: string) =>
      stage.database.query(`UPDATE suppression_sync_run SET held_until = NULL WHERE attribute_id = $1`, [id]);
    const isTriedSoon = async (id: string): Promise<boolean | undefined> =>
      (
        await stage.database.query<{ is_soon: boolean }>(
          `SELECT held_until < now() + interval '1 minute' AS is_soon FROM suppression_sync_run
           WHERE attribute_id = $1 AND state = 'WAITING'`,
          [id],
        )
      )[0]?.is_soon;
    /** Another token, with what its job does. */
    async function replaceToken({ connectionId, apiToken }: Account): Promise<void> {
      const { connection } = await stage.graphql<{ connection: { version: number } }>(
        'query ($id: ID!) { connection(id: $id) { version } }',
        { id: connectionId },
      );
      const { userErrors } = await stage.mutate('updateConnection', 'UpdateConnectionInput', 'connection { status }', {
        ...{ id: connectionId, apiToken, version: connection.version },
      });
      expect(userErrors).toEqual([]);
      const jobs = await stage.database.query<{ data: { connectionId: string; at: string } }>(
        `SELECT data FROM outbox_message WHERE queue = $1 AND data->>'connectionId' = $2`,
        [syncWithTokenJob.queue, connectionId],
      );
      expect(jobs).toHaveLength(1);
      const handler = new SyncWithTokenHandler(stage.app.get(SyncAtOnce));
      for (const { data } of jobs) await handler.handle(data);
    }

    it('it waits, which costs no try, and nobody relies on the attribute meanwhile', async () => {
      const { account, id, name, person } = await beginDay('refused-once');
      await refuse(account, true);
      for (let tries = 0; tries < 9; tries += 1) {
        await makeDue(id);
        await stage.work();
      }
      const why = expect.stringContaining('401');
      expect((await syncs(id))[0]).toMatchObject({ state: 'WAITING', dataDate: days[1], detail: why });
      expect(await isTriedSoon(id)).toBe(false);
      expect(await attributeOf(account, id)).toMatchObject({ state: 'FAILED', stateReason: why, dataDate: days[0] });
      expect(await decide(account, person)).toBe('SUPPRESSION_STALE');
      await stage.database.query(
        `UPDATE suppression_attribute SET created_at = now() - interval '2 days' WHERE id = $1`,
        [id],
      );
      const feed = { projectId: stage.actor.projectId, connectionId: account.connectionId };
      const late = await stage.transactions.run((tx) =>
        stage.app.get(FeedRepository).takeLate(tx, feed, { timeZone: 'UTC', alarmHour: 0 }),
      );
      expect(late).toEqual([{ name, dataDate: days[0], stoppedBecause: null }]);

      await account.control('PUT', '/faults', {
        rules: [{ route: 'GetCustomerAttributeChangers', kind: 'truncated-page', times: 1 }],
      });
      await makeDue(id);
      await stage.work();
      expect((await syncs(id))[0]).toMatchObject({ state: 'WAITING', detail: expect.stringContaining('cut off') });
      expect(await decide(account, person)).toBe('SUPPRESSION_STALE');
      await runNow(account);
      expect((await syncs(id))[0]).toMatchObject({ state: 'SUCCEEDED', received: 1 });
      expect(await attributeOf(account, id)).toMatchObject({ state: 'FRESH', stateReason: null, dataDate: days[1] });
      expect(await decide(account, person)).toBe('ALLOWED');
    });

    it('another one has everything synced at once, but for what is stopped', async () => {
      const { account, id } = await beginDay('refused-then-not');
      const [unreleased, stopped] = [await choose(account), await choose(account)];
      await account.control('PUT', `/attributes/${unreleased.name}`, { isReleased: false });
      await stage.database.query(`UPDATE suppression_attribute SET state = 'STOPPED' WHERE id = $1`, [stopped.id]);
      const connection = await stage.app.get(ConnectionsService).get(stage.actor.projectId, account.connectionId);
      await stage.app.get(CheckDataDate).run(connection, 'clock');
      await account.control('PUT', '/faults', {
        rules: [{ route: 'GetCustomerAttributeChangers', kind: '401', times: 1 }],
      });
      await stage.work();
      const stands = async () => [(await syncs(id))[0], (await syncs(unreleased.id))[0]].map((sync) => sync?.state);
      expect(await stands()).toEqual(['WAITING', 'FAILED']);

      await account.control('PUT', `/attributes/${unreleased.name}`, { isReleased: true });
      await stage.app.get(CheckDataDate).run(connection, 'clock');
      await stage.work();
      expect(await stands()).toEqual(['WAITING', 'FAILED']);
      await replaceToken(account);
      await stage.work();
      expect(await stands()).toEqual(['SUCCEEDED', 'SUCCEEDED']);
      expect(await attributeOf(account, id)).toMatchObject({ state: 'FRESH', dataDate: days[1], gapBefore: null });
      expect(await attributeOf(account, stopped.id)).toMatchObject({ state: 'STOPPED' });
    });

    it('a day that is over by then counts as missed', async () => {
      const { account, id, name, person } = await beginDay('refused-too-long');
      await refuse(account, true);
      await stage.work();
      await refuse(account, false);
      await passDay(account, days[2], name, {});
      await replaceToken(account);
      await stage.work();
      expect(await syncs(id)).toMatchObject([
        { state: 'PARTLY_FAILED', dataDate: days[2] },
        { state: 'FAILED', dataDate: days[1], detail: expect.stringContaining('missed') },
        { state: 'SUCCEEDED', dataDate: days[0] },
      ]);
      expect(await attributeOf(account, id)).toMatchObject({ state: 'FRESH', gapBefore: days[2] });
      expect(await decide(account, person)).toBe('SUPPRESSION_STALE');
    });

    it('it does not wait long where the token was replaced in that moment', async () => {
      const { account, id } = await beginDay('refused-meanwhile');
      await stage.database.query('UPDATE connection SET api_token_set_at = now() WHERE id = $1', [
        account.connectionId,
      ]);
      await refuse(account, true);
      await stage.work();
      expect(await isTriedSoon(id)).toBe(true);
    });
  });

  describe('when the attribute itself is deleted or converted', () => {
    const end = (ask: Stage['graphql'], field: string, input: object) =>
      ask<Record<string, { taskId: string | null; userErrors: { code: string; message: string }[] }>>(
        `mutation ($input: ${field[0]?.toUpperCase()}${field.slice(1)}Input!) { ${field}(input: $input) { taskId userErrors { code message } } }`,
        { input: { version: 1, acceptConsequences: true, ...input } },
      ).then((answer) => answer[field]);

    /** Somebody whom their own attribute excludes, against what Optimove says. */
    async function prepare(userId: string): Promise<{ account: Account; attribute: ChosenAttribute; person: string }> {
      const account = await stage.connect();
      const attribute = await choose(account);
      await addRule(attribute.id);
      const [person = ''] = await stage.addProfiles([userId]);
      await passDay(account, days[0], attribute.name, { [userId]: 'false' });
      await runNow(account);
      return { account, attribute, person };
    }
    const excludeThemselves = (person: string, name: string) =>
      stage.database.query('UPDATE profile SET attributes = jsonb_build_object($2::text, true) WHERE id = $1', [
        person,
        name,
      ]);

    /** Takes the values off the profiles. */
    const takeOff = async (name: string): Promise<void> => {
      const works = await stage.database.query<{ id: string }>('SELECT id FROM attribute_work WHERE name = $1', [name]);
      for (const { id } of works) await stage.app.get(ChangeValues).run(id);
    };

    it('nobody whom their own value excluded is let through, and only an administrator may do it', async () => {
      const { account, attribute, person } = await prepare('own-deleted');
      await excludeThemselves(person, attribute.name);
      expect(await decide(account, person)).toBe('SUPPRESSED');
      const { key } = await stage.app.get(ProjectsService).addKey(stage.transactions.pool, {
        projectId: stage.actor.projectId,
        label: 'Marketing',
        role: 'MARKETER',
      });
      const input = { id: attribute.definitionId };
      const refused = await end(stage.as(key), 'deleteAttributeDefinition', input);
      expect(refused?.userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
      expect((await attributeOf(account, attribute.id)).state).toBe('FRESH');
      expect((await end(stage.graphql, 'deleteAttributeDefinition', input))?.userErrors).toEqual([]);
      await takeOff(attribute.name);
      expect(await valueOnProfile(person, attribute.name)).toBeNull();
      expect(await decide(account, person)).toBe('SUPPRESSION_STALE');
      expect(await attributeOf(account, attribute.id)).toMatchObject({
        state: 'STOPPED',
        stateReason: expect.stringContaining('was deleted'),
      });
    });

    it('Run now says so until it is made again as it was, and then applies the day once more', async () => {
      const { account, attribute, person } = await prepare('own-recreated');
      await passDay(account, days[0], attribute.name, { 'own-recreated': 'true' });
      await end(stage.graphql, 'deleteAttributeDefinition', { id: attribute.definitionId });
      await takeOff(attribute.name);
      await runNow(account);
      expect(await attributeOf(account, attribute.id)).toMatchObject({
        ...{ state: 'STOPPED', dataDate: days[0] },
        stateReason: expect.stringContaining(`no attribute ${attribute.name} any more`),
      });
      expect((await syncs(attribute.id))[0]).toMatchObject({ state: 'FAILED', dataDate: days[0] });
      const { userErrors } = await stage.mutate(
        'createAttributeDefinition',
        'CreateAttributeDefinitionInput',
        'attributeDefinition { id }',
        { name: attribute.name, type: 'BOOLEAN' },
      );
      expect(userErrors).toEqual([]);
      await runNow(account);
      expect(await attributeOf(account, attribute.id)).toMatchObject({ state: 'FRESH', stateReason: null });
      expect(await syncs(attribute.id)).toMatchObject([{ state: 'SUCCEEDED', dataDate: days[0] }]);
      expect(await decide(account, person)).toBe('SUPPRESSED');
    });

    it('a sync or a file that is under way does not make it fresh again', async () => {
      const { account, attribute, person } = await prepare('own-converted');
      await passDay(account, days[1], attribute.name, { 'own-converted': 'true' });
      await stage.mutate('runSuppressionSync', 'RunSuppressionSyncInput', 'dataDate', {
        connectionId: account.connectionId,
      });
      const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      const under = await stage.transactions.run(async (tx) => {
        await tx.query('SELECT 1 FROM profile WHERE id = $1 FOR UPDATE', [person]);
        const work = stage.work();
        await eventually('the sync waits', async () => (await stage.database.query(waiting)).length > 0);
        const ended = end(stage.graphql, 'convertAttributeDefinition', {
          id: attribute.definitionId,
          type: 'STRING',
        });
        await eventually('so does the conversion', async () => (await stage.database.query(waiting)).length > 1);
        return { work, ended };
      });
      expect((await under.ended)?.userErrors).toEqual([]);
      await under.work;
      expect(await attributeOf(account, attribute.id)).toMatchObject({
        state: 'STOPPED',
        stateReason: expect.stringContaining('was converted'),
      });
      expect((await load(attribute.id, days[1], 'userId,value\nown-converted,false\n')).status).toBe(400);
    });
  });

  it('a date that the profile itself has excludes by its day, whatever its time', async () => {
    const account = await stage.connect();
    const name = 'excludedOn';
    await account.control('PUT', `/attributes/${name}`, {});
    const { attributeDefinition } = await stage.mutate<{ attributeDefinition: { id: string } }>(
      'createAttributeDefinition',
      'CreateAttributeDefinitionInput',
      'attributeDefinition { id }',
      { name, type: 'DATE' },
    );
    const { suppressionAttribute } = await stage.mutate<{ suppressionAttribute: { id: string } }>(
      'chooseSuppressionAttribute',
      'ChooseSuppressionAttributeInput',
      'suppressionAttribute { id }',
      { connectionId: account.connectionId, attributeDefinitionId: attributeDefinition.id },
    );
    await stage.mutate('createExclusionRule', 'CreateExclusionRuleInput', 'rule { id }', {
      ...{ suppressionAttributeId: suppressionAttribute.id, excludingValues: ['2026-05-02'], whenUnknown: 'ALLOW' },
      maximumAgeHours: 8760,
    });
    const [on = '', after = ''] = await stage.addProfiles(['date-on', 'date-after']);
    await passDay(account, days[0], name, { 'date-on': '05/03/2026 00:00:00', 'date-after': '05/03/2026 00:00:00' });
    await runNow(account);
    const rows = 'userId,excludedOn\ndate-on,2026-05-02T10:00:00Z\ndate-after,2026-05-03T10:00:00Z\n';
    expect((await stage.rest('/imports/profiles', { method: 'POST', body: rows })).status).toBeLessThan(300);
    expect(await valueOnProfile(on, name)).toBe('2026-05-02T10:00:00Z');
    expect([await decide(account, on), await decide(account, after)]).toEqual(['SUPPRESSED', 'ALLOWED']);
  });

  it('takes profile attributes that Optimove has, each once', async () => {
    const account = await stage.connect();
    const define = async (name: string, target: string): Promise<string> =>
      (
        await stage.mutate<{ attributeDefinition: { id: string } }>(
          'createAttributeDefinition',
          'CreateAttributeDefinitionInput',
          'attributeDefinition { id }',
          { name, type: 'BOOLEAN', target },
        )
      ).attributeDefinition.id;
    const refusal = async (attributeDefinitionId: string): Promise<string | undefined> => {
      const input = { connectionId: account.connectionId, attributeDefinitionId };
      const { userErrors } = await stage.mutate(
        'chooseSuppressionAttribute',
        'ChooseSuppressionAttributeInput',
        'suppressionAttribute { id }',
        input,
      );
      return userErrors[0]?.message;
    };
    expect(await refusal(await define('ofDevice', 'DEVICE'))).toContain('attribute of devices');
    expect(await refusal(await define('notThere', 'PROFILE'))).toContain('Optimove has no attribute notThere');
    const { definitionId } = await choose(account);
    expect(await refusal(definitionId)).toContain('in the sync of this connection already');
  });
});
