import { Readable } from 'node:stream';
import { ConnectionsService } from '@modules/connections';
import { ProjectsService } from '@modules/projects';
import { LearnFromLists } from '@modules/suppression';
import { AttributeRepository } from '../../../src/suppression/persistence/attribute.repository';
import { ForgetValues } from '../../../src/suppression/sync/forget-values';
import { LoadFile } from '../../../src/suppression/sync/load-file';
import { eventually } from '../../support/eventually';
import { type Stage, setStage } from './stage';
import { days, syncSteps } from './sync-steps';

describe('values of suppression attributes from files, lists and missed days', () => {
  let stage: Stage;
  const { choose, passDay, runNow, syncs, attributeOf, addRule, decide, valueOnProfile, load } = syncSteps(() => stage);

  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage.close());

  it('takes a file with a refused row for incomplete: it clears nobody and closes no gap', async () => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    await addRule(id);
    const [broken = '', unreadable = ''] = await stage.addProfiles(['row-broken', 'row-unreadable']);
    await passDay(account, days[0], name, { 'row-broken': 'true', 'row-unreadable': 'true' });
    await runNow(account);
    await load(id, days[0], 'userId,value\nrow-broken,true,x\nrow-unreadable,treu\nsomebody,false\n');
    const [file] = await syncs(id);
    expect(file).toMatchObject({
      state: 'PARTLY_FAILED',
      cleared: 0,
      rejected: 2,
      detail: expect.stringContaining('Mend'),
    });
    expect([await decide(account, broken), await decide(account, unreadable)]).toEqual(['SUPPRESSED', 'SUPPRESSED']);
    const [stranger = ''] = await stage.addProfiles(['file-stranger']);
    expect(await decide(account, stranger)).toBe('SUPPRESSION_STALE');
    expect((await load(id, days[0], 'userId,value\nsomebody,false\n')).status).toBe(200);
    expect([await decide(account, broken), await decide(account, stranger)]).toEqual(['ALLOWED', 'ALLOWED']);
  });

  it('takes what an override takes: the right to it and a reason, and both are audited', async () => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    await addRule(id);
    const [person = ''] = await stage.addProfiles(['file-excluded']);
    await passDay(account, days[0], name, { 'file-excluded': 'true' });
    await runNow(account);
    const { key } = await stage.app.get(ProjectsService).addKey(stage.transactions.pool, {
      projectId: stage.actor.projectId,
      label: 'Marketing',
      role: 'MARKETER',
    });
    const url = `${await stage.app.getUrl()}/imports/suppression-values/${id}?dataDate=${days[0]}&reason=Mine`;
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'text/csv' };
    for (const body of ['userId,value\nsomebody,false\n', 'userId,value\nfile-excluded,false\n']) {
      for (const complete of [true, false]) {
        const answer = await fetch(`${url}&complete=${complete}`, { method: 'POST', headers, body });
        expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('suppression.override')]);
      }
    }
    const path = `/imports/suppression-values/${id}?dataDate=${days[0]}&complete=true`;
    const file = { method: 'POST', body: 'userId,value\nsomebody,false\n' };
    for (const reason of ['', '&reason=%20', `&reason=${'x'.repeat(501)}`, '&reason=%00', '&reason=a&reason=b']) {
      const answer = await stage.rest(`${path}${reason}`, file);
      expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('reason must say')]);
    }
    expect([await decide(account, person), (await syncs(id)).length]).toEqual(['SUPPRESSED', 1]);
    const answer = await stage.rest(`${path}&reason=The%20export%20of%20today`, file);
    expect([answer.status, await decide(account, person)]).toEqual([200, 'ALLOWED']);
    const { auditEntries } = await stage.graphql<{ auditEntries: { nodes: { actorLabel: string; after: string }[] } }>(
      `query ($id: ID!) { auditEntries(subjectId: $id, action: "suppression-attribute.values-loaded") { nodes { actorLabel after } } }`,
      { id },
    );
    const { syncId } = JSON.parse(answer.text) as { syncId: string };
    const after = { name, dataDate: days[0], isComplete: true, reason: 'The export of today', syncId };
    expect(auditEntries.nodes.map((entry) => [entry.actorLabel, JSON.parse(entry.after)])).toEqual([
      ['First key', after],
    ]);
  });

  describe('a file that says different things of one user ID', () => {
    const far = Array.from({ length: 20_001 }, (_, index) => `far-${index},false\n`).join('');
    const files: [string, (lines: [string, string]) => string][] = [
      ['in lines side by side', (lines) => lines.join('')],
      ['in lines far apart', ([first, second]) => `${first}${far}${second}`],
    ];

    it.each(files)('%s: refuses the later line, relies on none, and what excludes stays', async (_, fileOf) => {
      const account = await stage.connect();
      const { id, name } = await choose(account);
      const rule = await addRule(id);
      const [thenFalse = '', thenTrue = '', same = '', unheard = ''] = await stage.addProfiles(
        ['true-false', 'false-true', 'same', 'unheard-twice'].map((each) => `${name}-${each}`),
      );
      await passDay(account, days[0], name, {});
      await runNow(account);
      const say = (first: string, second: string): [string, string] => [
        [`true-false,${first}`, `false-true,${second}`, 'same,false'].map((line) => `${name}-${line}\n`).join(''),
        [`true-false,${second}`, `false-true,${first}`, 'same,no'].map((line) => `${name}-${line}\n`).join(''),
      ];
      const answer = await load(id, days[0], `userId,value\n${fileOf(say('true', 'false'))}`);
      expect(answer.status).toBe(200);
      const [run] = await syncs(id);
      expect(run).toMatchObject({ state: 'PARTLY_FAILED', rejected: 2, detail: expect.stringContaining('not count') });
      const errors = (await stage.rest(`/tasks/${run?.taskId}/errors.csv`)).text;
      expect(errors).toContain('Another line of the file says true of this user ID');
      expect(errors).toContain('Another line of the file says false of this user ID');
      const all = async (people: string[]) => Promise.all(people.map((person) => decide(account, person)));
      expect(await all([thenFalse, thenTrue, same, unheard])).toEqual([
        'SUPPRESSED',
        'SUPPRESSED',
        'ALLOWED',
        'SUPPRESSION_STALE',
      ]);
      expect([await valueOnProfile(thenFalse, name), await valueOnProfile(thenTrue, name)]).toEqual([true, true]);
      const { override } = await stage.mutate<{ override: object | null }>(
        'overrideExclusionRule',
        'OverrideExclusionRuleInput',
        'override { id }',
        { ruleId: rule, reason: 'Stale data will do', expiresAt: new Date(Date.now() + 3_600_000) },
      );
      expect(override).not.toBeNull();
      expect(await all([thenFalse, thenTrue, unheard])).toEqual(['SUPPRESSED', 'SUPPRESSED', 'ALLOWED']);
      await load(id, days[0], `userId,value\n${say('false', 'false').join('')}`);
      expect((await syncs(id))[0]).toMatchObject({ state: 'SUCCEEDED', rejected: 0, repeated: 3 });
      expect(await all([thenFalse, thenTrue])).toEqual(['ALLOWED', 'ALLOWED']);
    });
  });

  describe('a complete file, while others tell of the same people', () => {
    /** Loads a complete file that says true of somebody, and stops for a while when that is stored. */
    async function loadAround(id: string, somebody: string, meanwhile: () => Promise<void>): Promise<void> {
      const stored = `SELECT 1 FROM remembered_value WHERE attribute_id = $1 AND user_id = 'filler-1'`;
      async function* rows(): AsyncGenerator<Buffer> {
        const fillers = Array.from({ length: 30_000 }, (_, index) => `filler-${index},false\n`).join('');
        yield Buffer.from(`userId,value\n${somebody},true\n${fillers}`);
        await eventually(
          'the first rows are stored',
          async () => (await stage.database.query(stored, [id])).length > 0,
        );
        await meanwhile();
        yield Buffer.from('filler-last,false\n');
      }
      const attribute = await new AttributeRepository().find(stage.transactions.pool, stage.actor.projectId, id);
      if (!attribute) throw new Error('There is no such attribute');
      const file = Readable.from(rows(), { objectMode: false });
      await stage.app
        .get(LoadFile)
        .run(stage.actor, { attribute, dataDate: days[0], isComplete: true, reason: 'Load', file });
    }

    it('keeps those whom a list names meanwhile, and who is in another file', async () => {
      const account = await stage.connect();
      const { id, name } = await choose(account);
      await addRule(id);
      const [named = '', fresh = '', gone = ''] = await stage.addProfiles(['file-named', 'file-new', 'file-gone']);
      await passDay(account, days[0], name, { 'file-gone': 'true' });
      await runNow(account);
      const connection = await stage.app.get(ConnectionsService).get(stage.actor.projectId, account.connectionId);
      const rows = ['file-named', 'file-new'].map((customerId) => ({ customerId, attributes: ['true'] }));
      const page = { connection, dataDate: days[0], askedAt: new Date(), attributes: [name], rows };
      await loadAround(id, 'file-named', async () => {
        await stage.transactions.run((tx) => stage.app.get(LearnFromLists).learn(tx, page));
      });
      expect([await decide(account, named), await decide(account, fresh)]).toEqual(['SUPPRESSED', 'SUPPRESSED']);
      expect(await decide(account, gone)).toBe('ALLOWED');
      await loadAround(id, 'file-named', async () => {
        await load(id, days[0], 'userId,value\nfile-named,true\n');
      });
      expect(await decide(account, named)).toBe('SUPPRESSED');
    });

    it('keeps what is said at the very instant at which it was begun, and clears what was said before', async () => {
      const account = await stage.connect();
      const { id, name } = await choose(account);
      await addRule(id);
      const [then = '', before = ''] = await stage.addProfiles(['said-then', 'said-before']);
      await passDay(account, days[0], name, { 'said-then': 'true', 'said-before': 'true' });
      await runNow(account);
      await loadAround(id, 'file-begun', async () => {
        await stage.database.query(
          `UPDATE remembered_value v SET heard_at = r.started_at - CASE user_id WHEN 'said-then' THEN interval '0' ELSE interval '1 microsecond' END
           FROM suppression_sync_run r WHERE r.attribute_id = $1 AND r.state = 'RUNNING' AND v.attribute_id = $1
             AND v.user_id IN ('said-then', 'said-before')`,
          [id],
        );
      });
      expect([await decide(account, then), await decide(account, before)]).toEqual(['SUPPRESSED', 'ALLOWED']);
    });

    it('is ended, and writes nothing more on profiles, when the attribute is deleted meanwhile', async () => {
      const account = await stage.connect();
      const { id, name, definitionId } = await choose(account);
      const [late = ''] = await stage.addProfiles(['filler-last']);
      await passDay(account, days[0], name, {});
      await runNow(account);
      const loading = loadAround(id, 'file-deleted', async () => {
        const input = { id: definitionId, version: 1, acceptConsequences: true };
        await stage.mutate('deleteAttributeDefinition', 'DeleteAttributeDefinitionInput', 'taskId', input);
      });
      await expect(loading).rejects.toThrow('The load was ended meanwhile');
      expect(await valueOnProfile(late, name)).toBeNull();
      expect((await syncs(id))[0]).toMatchObject({ state: 'FAILED', detail: expect.stringContaining('was deleted') });
      expect(await attributeOf(account, id)).toMatchObject({ state: 'STOPPED' });
    });

    it('is ended when user IDs are found in another way from now on', async () => {
      const account = await stage.connect();
      const { id, name } = await choose(account);
      await passDay(account, days[0], name, {});
      await runNow(account);
      const loading = loadAround(id, 'file-forgotten', () =>
        stage.app.get(ForgetValues).ofConnection(account.connectionId),
      );
      await expect(loading).rejects.toThrow('The load was ended meanwhile');
      expect(await attributeOf(account, id)).toMatchObject({ state: 'FAILED' });
    });

    it('keeps those of whom a sync tells meanwhile', async () => {
      const account = await stage.connect();
      const { id, name } = await choose(account);
      await addRule(id);
      const [synced = ''] = await stage.addProfiles(['file-synced']);
      await passDay(account, days[0], name, { 'file-synced': 'true' });
      await loadAround(id, 'file-synced', () => runNow(account));
      expect(await decide(account, synced)).toBe('SUPPRESSED');
      expect((await syncs(id)).map(({ state }) => state)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    });
  });

  it('a value that cannot be read, in a file of an older day, makes nobody doubtful of whom something newer was said', async () => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    await addRule(id);
    const [newer = '', same = ''] = await stage.addProfiles(['doubt-newer', 'doubt-same']);
    await passDay(account, days[0], name, { 'doubt-newer': 'false', 'doubt-same': 'false' });
    await runNow(account);
    await passDay(account, days[1], name, { 'doubt-newer': 'false' });
    await runNow(account);
    await load(id, days[0], 'userId,value\ndoubt-newer,maybe\ndoubt-same,maybe\n');
    expect([await decide(account, newer), await decide(account, same)]).toEqual(['ALLOWED', 'SUPPRESSION_STALE']);
  });

  it('a complete file of an older day does not stand in for a newer day whose sync failed', async () => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    await addRule(id);
    const [person = ''] = await stage.addProfiles(['older-day']);
    await passDay(account, days[0], name, { 'older-day': 'false' });
    await runNow(account);
    await account.control('PUT', `/attributes/${name}`, { isReleased: false });
    await passDay(account, days[1], name, { 'older-day': 'true' });
    await runNow(account);
    const csv = 'userId,value\nolder-day,false\n';
    expect((await load(id, days[0], csv)).status).toBe(200);
    expect(await attributeOf(account, id)).toMatchObject({ state: 'FAILED', dataDate: days[0] });
    expect(await decide(account, person)).toBe('SUPPRESSION_STALE');
    expect((await load(id, days[1], csv)).status).toBe(200);
    expect(await attributeOf(account, id)).toMatchObject({ state: 'FRESH', stateReason: null, dataDate: days[1] });
    expect(await decide(account, person)).toBe('ALLOWED');
  });

  it('takes no file of a day of which Optimove has yet to tell the changes', async () => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    await passDay(account, days[0], name, {});
    await runNow(account);
    const answer = await load(id, days[1], 'userId,value\nahead,false\n');
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(`must not be after ${days[0]}`)]);
  });

  it('lets nobody through of whom nothing was ever heard, until everything was loaded once', async () => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    await addRule(id);
    const [unheard = ''] = await stage.addProfiles(['unheard']);
    await passDay(account, days[0], name, { 'somebody-else': 'false' });
    await runNow(account);
    expect(await decide(account, unheard)).toBe('SUPPRESSION_STALE');
    const { guardStanding } = await stage.graphql<{ guardStanding: { warnings: string[] } }>(
      '{ guardStanding { warnings } }',
    );
    expect(guardStanding.warnings).toContainEqual(expect.stringContaining(`${name} was never loaded completely`));
    await load(id, days[0], 'userId,value\nsomebody-else,false\n');
    expect(await decide(account, unheard)).toBe('ALLOWED');
  });

  it('holds Direct campaigns for a missed day until lists have told of everybody, or a file has', async () => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    await addRule(id);
    const standsAt = async (): Promise<string | undefined> => {
      const { guardStanding } = await stage.graphql<{
        guardStanding: { rules: { attribute: string; freshness: string }[] };
      }>('{ guardStanding { rules { attribute freshness } } }');
      return guardStanding.rules.find(({ attribute }) => attribute === name)?.freshness;
    };
    await passDay(account, days[0], name, { 'gap-a': 'false', 'gap-b': 'false' });
    await runNow(account);
    expect(await standsAt()).toBe('FRESH');
    await passDay(account, days[1], name, {});
    await passDay(account, days[2], name, { 'gap-b': 'true' });
    await runNow(account);
    const clocks = new AttributeRepository();
    await clocks.noteCaughtUp(stage.transactions.pool);
    expect(await standsAt()).toBe('DAY_MISSED');
    const connection = await stage.app.get(ConnectionsService).get(stage.actor.projectId, account.connectionId);
    const page = {
      connection,
      dataDate: days[2],
      askedAt: new Date(),
      attributes: [name],
      rows: [{ customerId: 'gap-a', attributes: ['false'] }],
    };
    await stage.transactions.run((tx) => stage.app.get(LearnFromLists).learn(tx, page));
    await clocks.noteCaughtUp(stage.transactions.pool);
    expect(await standsAt()).toBe('FRESH');
    const [late = ''] = await stage.addProfiles(['gap-late']);
    expect(await decide(account, late)).toBe('SUPPRESSION_STALE');
  });

  it('takes nobody for somebody else when user IDs are found by another attribute from now on', async () => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    await addRule(id);
    await passDay(account, days[0], name, { 'by-customer-id': 'false' });
    await runNow(account);
    await load(id, days[0], 'userId,value\nby-customer-id,false\n');
    const [person = ''] = await stage.addProfiles(['by-customer-id']);
    expect(await decide(account, person)).toBe('ALLOWED');
    const { connection } = await stage.mutate<{ connection: { id: string } | null }>(
      'updateConnection',
      'UpdateConnectionInput',
      'connection { id }',
      { id: account.connectionId, version: 1, userIdAttribute: 'PlayerNumber' },
    );
    expect(connection).not.toBeNull();
    const published = await stage.database.query<{ data: { connectionId: string } }>(
      `SELECT data FROM outbox_message WHERE queue = 'suppression.forget-values'`,
    );
    expect(published.map(({ data }) => data.connectionId)).toEqual([account.connectionId]);
    expect(await decide(account, person)).toBe('SUPPRESSION_STALE');
    await stage.database.query(`DELETE FROM outbox_message WHERE queue = 'suppression.forget-values'`);
    await stage.app.get(ForgetValues).ofChanged();
    expect(await attributeOf(account, id)).toMatchObject({
      state: 'FAILED',
      stateReason: expect.stringContaining('User ID attribute'),
    });
    expect(await decide(account, person)).toBe('SUPPRESSION_STALE');
  });

  it('relies on nothing of the former account when the connection is moved to another one, until that was read', async () => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    await addRule(id);
    const [cleared = '', unheard = ''] = await stage.addProfiles(['moved-cleared', 'moved-unheard']);
    const people = async () => [await decide(account, cleared), await decide(account, unheard)];
    await passDay(account, days[0], name, {});
    await runNow(account);
    await load(id, days[0], 'userId,value\nmoved-cleared,false\n');
    expect(await people()).toEqual(['ALLOWED', 'ALLOWED']);

    const next = await stage.addTenant();
    await passDay(next, days[0], name, { 'moved-cleared': 'true' });
    const elsewhere = next.endpoint.replace('127.0.0.1', 'localhost');
    const { connection } = await stage.mutate<{ connection: object | null }>(
      'updateConnection',
      'UpdateConnectionInput',
      'connection { id }',
      { id: account.connectionId, version: 1, endpoint: elsewhere, apiToken: next.apiToken },
    );
    expect(connection).not.toBeNull();
    const queue = `SELECT data FROM outbox_message WHERE queue = 'suppression.forget-account'`;
    const [published] = await stage.database.query<{ data: { connectionId: string } }>(queue);
    expect(published?.data.connectionId).toBe(account.connectionId);
    expect(await people()).toEqual(['SUPPRESSION_STALE', 'SUPPRESSION_STALE']);
    await stage.app.get(ForgetValues).ofChanged();
    const forgotten = { state: 'FAILED', dataDate: null, stateReason: expect.stringContaining('another account') };
    expect(await attributeOf(account, id)).toMatchObject(forgotten);
    expect(await people()).toEqual(['SUPPRESSION_STALE', 'SUPPRESSION_STALE']);
    await runNow(account);
    expect(await attributeOf(account, id)).toMatchObject({ state: 'FRESH', dataDate: days[0], gapBefore: null });
    expect(await people()).toEqual(['SUPPRESSED', 'SUPPRESSION_STALE']);
  });

  it('finds a value that excludes however it is written, in any script and size', async () => {
    const account = await stage.connect();
    const cases: [string, string, string][] = [
      ['STRING', 'ΑΠΟΚΛΕΙΣΜΟΣ Ü', 'ΑΠΟΚΛΕΙΣΜΟΣ Ü'],
      ['NUMBER', '1000000000000000000000000', '1000000000000000000000000'],
      ['NUMBER', '0.0000001', '0.00000010'],
      ['ARRAY', 'Blocked;x', 'a;BLOCKED'],
    ];
    for (const [index, [type, excludes, value]] of cases.entries()) {
      const name = `exotic${index}`;
      await account.control('PUT', `/attributes/${name}`, {});
      const { attributeDefinition } = await stage.mutate<{ attributeDefinition: { id: string } }>(
        'createAttributeDefinition',
        'CreateAttributeDefinitionInput',
        'attributeDefinition { id }',
        { name, type },
      );
      const { suppressionAttribute } = await stage.mutate<{ suppressionAttribute: { id: string } }>(
        'chooseSuppressionAttribute',
        'ChooseSuppressionAttributeInput',
        'suppressionAttribute { id }',
        { connectionId: account.connectionId, attributeDefinitionId: attributeDefinition.id },
      );
      const { userErrors } = await stage.mutate('createExclusionRule', 'CreateExclusionRuleInput', 'rule { id }', {
        suppressionAttributeId: suppressionAttribute.id,
        excludingValues: [excludes],
        whenUnknown: 'ALLOW',
        maximumAgeHours: 8760,
      });
      expect(userErrors).toEqual([]);
      await account.control('PUT', `/attributes/${name}`, { values: { [`exotic-${index}`]: value } });
    }
    await account.control('PUT', '/data-date', { date: days[0] });
    await runNow(account);
    for (const index of cases.keys()) {
      const [person = ''] = await stage.addProfiles([`exotic-${index}`]);
      expect(await decide(account, person)).toBe('SUPPRESSED');
    }
    const own =
      'userId,exotic0,exotic3\nown-text,"\tΑΠΟΚΛΕΙΣΜΟΣ Ü\u00a0",\nown-list,,"[""a"", ""\\tblocked\u00a0""]"\n';
    expect((await stage.rest('/imports/profiles', { method: 'POST', body: own })).status).toBe(200);
    const written = `SELECT id FROM profile WHERE user_id IN ('own-text', 'own-list')`;
    const people = await stage.database.query<{ id: string }>(written);
    for (const { id } of people) expect(await decide(account, id)).toBe('SUPPRESSED');
    expect(people).toHaveLength(2);
  });

  it('outer blanks of a user ID do not part a person from the value', async () => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    await addRule(id);
    const [blank = '', filed = '', wide = ''] = await stage.addProfiles([' blank-a ', 'blank-b', 'blank-c\u00a0']);
    await passDay(account, days[0], name, { 'blank-a': 'true', 'blank-c\u00a0': 'true' });
    await runNow(account);
    await load(id, days[0], 'userId,value\nblank-a,true\n" blank-b ",true\nblank-c\u00a0,true\n');
    expect([await decide(account, blank), await decide(account, filed)]).toEqual(['SUPPRESSED', 'SUPPRESSED']);
    expect(await decide(account, wide)).toBe('SUPPRESSED');
  });
});
