import { Readable } from 'node:stream';
import { newId } from '@libs/foundation';
import { ConnectionsService } from '@modules/connections';
import { MatchingService } from '@modules/matching';
import { ProjectsService } from '@modules/projects';
import { LearnFromLists, SuppressionService } from '@modules/suppression';
import { ChangeValues } from '../../../src/profiles/attributes/change-values';
import { AttributeRepository } from '../../../src/suppression/persistence/attribute.repository';
import { ForgetValues } from '../../../src/suppression/sync/forget-values';
import { LoadFile } from '../../../src/suppression/sync/load-file';
import { SyncAttribute } from '../../../src/suppression/sync/sync-attribute';
import { eventually } from '../../support/eventually';
import { type Account, type ChosenAttribute, type Stage, setStage } from './stage';

jest.setTimeout(120_000);

interface Sync {
  id: string;
  taskId: string;
  source: string;
  dataDate: string;
  state: string;
  detail: string | null;
  received: number;
  added: number;
  changed: number;
  cleared: number;
  unchanged: number;
  unknownCustomers: number;
  repeated: number;
  rejected: number;
}

interface Attribute {
  id: string;
  state: string;
  stateReason: string | null;
  dataDate: string | null;
  gapBefore: string | null;
}

const days = ['2026-05-01', '2026-05-02', '2026-05-03', '2026-05-04'] as const;

describe('the daily sync of suppression attributes', () => {
  let stage: Stage;
  let names = 0;

  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage.close());

  /** An attribute of its own for each test. */
  function choose(account: Account): Promise<ChosenAttribute> {
    names += 1;
    return stage.choose(account, `gamStop${names}`);
  }

  /** What customers became on a day, at Optimove. */
  async function passDay(
    account: Account,
    date: string,
    name: string,
    values: Record<string, string | null>,
  ): Promise<void> {
    await account.control('PUT', `/attributes/${name}`, { values });
    await account.control('PUT', '/data-date', { date });
  }

  async function runNow(account: Account): Promise<void> {
    const { userErrors } = await stage.mutate('runSuppressionSync', 'RunSuppressionSyncInput', 'dataDate', {
      connectionId: account.connectionId,
    });
    expect(userErrors).toEqual([]);
    await stage.work();
  }

  async function syncs(attributeId: string): Promise<Sync[]> {
    const { suppressionSyncs } = await stage.graphql<{ suppressionSyncs: { nodes: Sync[] } }>(
      `query ($id: ID!) { suppressionSyncs(suppressionAttributeId: $id) { nodes { id taskId source dataDate state detail
         received added changed cleared unchanged unknownCustomers repeated rejected } } }`,
      { id: attributeId },
    );
    return suppressionSyncs.nodes;
  }

  async function attributeOf({ connectionId }: Account, id: string): Promise<Attribute> {
    const { suppressionFeed } = await stage.graphql<{ suppressionFeed: { attributes: Attribute[] } }>(
      `query ($id: ID!) { suppressionFeed(connectionId: $id) { attributes { id state stateReason dataDate gapBefore } } }`,
      { id: connectionId },
    );
    const found = suppressionFeed.attributes.find((each) => each.id === id);
    if (!found) throw new Error('The attribute is not in the feed');
    return found;
  }

  async function addRule(suppressionAttributeId: string): Promise<string> {
    const { rule } = await stage.mutate<{ rule: { id: string } }>(
      'createExclusionRule',
      'CreateExclusionRuleInput',
      'rule { id }',
      { suppressionAttributeId, excludingValues: ['true'], whenUnknown: 'ALLOW', maximumAgeHours: 8760 },
    );
    return rule.id;
  }

  /** What the gate says about a message of this connection's executions, with the guard on. */
  async function decide({ connectionId }: Account, profileId: string): Promise<string> {
    await stage.database.query('UPDATE suppression_feed SET guards_optimove = true WHERE connection_id = $1', [
      connectionId,
    ]);
    await stage.database.query(
      `UPDATE profile SET email = user_id || '@example.com', email_subscription = 'SUBSCRIBED' WHERE id = $1`,
      [profileId],
    );
    const [decision] = await stage.transactions.run((tx) =>
      stage.app.get(SuppressionService).decide(tx, {
        projectId: stage.actor.projectId,
        origin: { kind: 'OPTIMOVE', connectionId, executionId: newId() },
        people: [{ seq: 1, profileId }],
        media: ['EMAIL'],
      }),
    );
    if (!decision) throw new Error('The gate said nothing');
    return decision.isAllowed ? 'ALLOWED' : decision.reason;
  }

  const valueOnProfile = async (profileId: string, name: string): Promise<unknown> =>
    (
      await stage.database.query<{ value: unknown }>(
        'SELECT attributes -> $2::text AS value FROM profile WHERE id = $1',
        [profileId, name],
      )
    )[0]?.value;

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
    const path = `/imports/suppression-values/${id}?dataDate=${days[0]}&complete=true`;
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
    const dataDate = await lists.dataDate(stage.transactions.pool, connection);
    const page = { connection, dataDate, attributes: [name], rows: [{ customerId: 'listed', attributes: ['false'] }] };
    await stage.transactions.run((tx) => lists.learn(tx, page));
    expect([await decide(account, listed), await decide(account, filed)]).toEqual(['ALLOWED', 'SUPPRESSION_STALE']);

    const path = `/imports/suppression-values/${id}?dataDate=${days[2]}&complete=true`;
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
    const dataDate = await lists.dataDate(stage.transactions.pool, connection);
    await passDay(account, days[1], name, { crossed: 'true' });
    await runNow(account);
    const page = { connection, dataDate, attributes: [name], rows: [{ customerId: 'crossed', attributes: ['false'] }] };
    await stage.transactions.run((tx) => lists.learn(tx, page));
    expect([await valueOnProfile(crossed, name), await decide(account, crossed)]).toEqual([true, 'SUPPRESSED']);
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
    const page = { connection, dataDate: days[0], attributes: [name], rows };
    await stage.transactions.run((tx) => lists.learn(tx, { ...page, untold: new Set([name]) }));
    expect(await decide(account, free)).toBe('SUPPRESSION_STALE');
    await stage.transactions.run((tx) => lists.learn(tx, page));
    expect([await decide(account, kept), await decide(account, free)]).toEqual(['SUPPRESSED', 'ALLOWED']);
    await account.control('PUT', `/attributes/${name}`, { isReleased: false });
    await passDay(account, days[1], name, {});
    await runNow(account);
    expect(await lists.wanted(stage.transactions.pool, connection)).toEqual([]);
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

  /** A file of values. */
  const load = (id: string, dataDate: string, csv: string) =>
    stage.rest(`/imports/suppression-values/${id}?dataDate=${dataDate}&complete=true`, { method: 'POST', body: csv });

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
      }
      const attribute = await new AttributeRepository().find(stage.transactions.pool, stage.actor.projectId, id);
      if (!attribute) throw new Error('There is no such attribute');
      const file = Readable.from(rows(), { objectMode: false });
      await stage.app.get(LoadFile).run(stage.actor, { attribute, dataDate: days[0], isComplete: true, file });
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
      const page = { connection, dataDate: days[0], attributes: [name], rows };
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
    await stage.app.get(ForgetValues).ofConnection(account.connectionId);
    expect(await attributeOf(account, id)).toMatchObject({
      state: 'FAILED',
      stateReason: expect.stringContaining('User ID attribute'),
    });
    expect(await decide(account, person)).toBe('SUPPRESSION_STALE');
  });

  it('finds a value that excludes however it is written, in any script and size', async () => {
    const account = await stage.connect();
    names += 1;
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

  describe('customers that are found by an attribute', () => {
    /** A connection that finds people by PlayerNumber, and who the customers are. */
    async function connectByPlayer(players: Record<string, string>): Promise<Account> {
      const account = await stage.connect({}, { userIdAttribute: 'PlayerNumber' });
      await rename(account, players);
      return account;
    }
    const rename = (account: Account, players: Record<string, string | null>) =>
      account.control('PUT', '/attributes/PlayerNumber', { values: players });

    it.each([
      ['first', ['true', 'false']],
      ['last', ['false', 'true']],
    ])('of two with one user ID, named on one day, the one that excludes counts, told %s', async (order, told) => {
      const userId = `both-${order}`;
      const account = await connectByPlayer({ [`${order}-1`]: userId, [`${order}-2`]: userId });
      const { id, name } = await choose(account);
      await addRule(id);
      const [person = ''] = await stage.addProfiles([userId]);
      await passDay(account, days[0], name, { [`${order}-1`]: told[0] ?? '', [`${order}-2`]: told[1] ?? '' });
      await runNow(account);
      expect(await decide(account, person)).toBe('SUPPRESSED');
      const { suppressionProof } = await stage.graphql<{ suppressionProof: { value: string; valueDate: string }[] }>(
        'query ($userId: String!, $at: DateTime!) { suppressionProof(userId: $userId, at: $at) { value valueDate } }',
        { userId, at: new Date(Date.now() + 60_000) },
      );
      expect(suppressionProof).toEqual([{ value: 'true', valueDate: days[0] }]);
    });

    it('one never clears what another one of the same user ID is excluded by, on whatever day and by whatever list', async () => {
      const account = await connectByPlayer({ 'twin-1': 'twins', 'twin-2': 'twins' });
      const { id, name } = await choose(account);
      await addRule(id);
      const [person = ''] = await stage.addProfiles(['twins']);
      await passDay(account, days[0], name, { 'twin-1': 'true' });
      await runNow(account);
      await passDay(account, days[1], name, { 'twin-2': 'false' });
      await runNow(account);
      expect(await decide(account, person)).toBe('SUPPRESSED');
      const connection = await stage.app.get(ConnectionsService).get(stage.actor.projectId, account.connectionId);
      const rows = [{ customerId: 'twin-2', attributes: ['twins', 'false'] }];
      const page = { connection, dataDate: days[1], attributes: ['PlayerNumber', name], rows };
      await stage.transactions.run((tx) => stage.app.get(LearnFromLists).learn(tx, page));
      expect(await decide(account, person)).toBe('SUPPRESSED');
      await passDay(account, days[2], name, { 'twin-1': 'false' });
      await runNow(account);
      expect(await decide(account, person)).toBe('ALLOWED');
      await passDay(account, days[3], name, { 'twin-1': 'true' });
      await runNow(account);
      expect(await decide(account, person)).toBe('SUPPRESSED');
      await load(id, days[3], 'userId,value\ntwins,false\n');
      expect(await decide(account, person)).toBe('ALLOWED');
    });

    it('without a value are relied on again after a missed day, once a list names them without one', async () => {
      const account = await connectByPlayer({ 'calm-1': 'calm' });
      const { id, name } = await choose(account);
      await addRule(id);
      const [person = ''] = await stage.addProfiles(['calm']);
      await passDay(account, days[0], name, { 'calm-1': null });
      await runNow(account);
      await passDay(account, days[2], name, {});
      await runNow(account);
      expect(await decide(account, person)).toBe('SUPPRESSION_STALE');
      const connection = await stage.app.get(ConnectionsService).get(stage.actor.projectId, account.connectionId);
      const rows = [{ customerId: 'calm-1', attributes: ['calm', null] }];
      const page = { connection, dataDate: days[2], attributes: ['PlayerNumber', name], rows };
      await stage.transactions.run((tx) => stage.app.get(LearnFromLists).learn(tx, page));
      expect(await decide(account, person)).toBe('ALLOWED');
    });

    it('and are in no complete file any more have no value, each of them', async () => {
      const account = await connectByPlayer({ 'gone-1': 'gone-both', 'gone-2': 'gone-both' });
      const { id, name } = await choose(account);
      await addRule(id);
      const [person = ''] = await stage.addProfiles(['gone-both']);
      await passDay(account, days[0], name, { 'gone-1': 'true', 'gone-2': null });
      await runNow(account);
      expect(await decide(account, person)).toBe('SUPPRESSED');
      await load(id, days[0], 'userId,value\nsomebody,false\n');
      expect(await decide(account, person)).toBe('ALLOWED');
    });

    it('have what a file says of their user ID, each of them that was matched', async () => {
      const account = await connectByPlayer({ 'filed-1': 'filed-both', 'filed-2': 'filed-both' });
      const { id, name } = await choose(account);
      await addRule(id);
      const [person = ''] = await stage.addProfiles(['filed-both']);
      const connection = await stage.app.get(ConnectionsService).get(stage.actor.projectId, account.connectionId);
      const customers = ['filed-1', 'filed-2'].map((customerId, seq) => ({
        ...{ seq, customerId, userIdValue: 'filed-both', mobileNumberValue: null },
      }));
      const matching = stage.app.get(MatchingService);
      await stage.transactions.run((tx) => matching.match(tx, { connection, executionId: newId(), customers }));
      await passDay(account, days[0], name, {});
      await runNow(account);
      await load(id, days[0], 'userId,value\nfiled-both,true\n');
      await passDay(account, days[1], name, { 'filed-1': 'false' });
      await runNow(account);
      expect(await decide(account, person)).toBe('SUPPRESSED');
      await passDay(account, days[2], name, { 'filed-2': 'false' });
      await runNow(account);
      expect(await decide(account, person)).toBe('ALLOWED');
    });

    it('are relied on no more when their change comes without a user ID, until one comes with it', async () => {
      const account = await connectByPlayer({ 'lost-1': 'lost', 'lost-2': 'not-lost' });
      const { id, name } = await choose(account);
      await addRule(id);
      const [lost = '', other = '', matched = ''] = await stage.addProfiles(['lost', 'not-lost', 'matched-only']);
      await passDay(account, days[0], name, { 'lost-1': 'false', 'lost-2': 'false' });
      await runNow(account);
      await load(id, days[0], 'userId,value\nlost,false\nnot-lost,false\nmatched-only,false\n');
      const connection = await stage.app.get(ConnectionsService).get(stage.actor.projectId, account.connectionId);
      const customers = [{ seq: 1, customerId: 'lost-3', userIdValue: 'matched-only', mobileNumberValue: null }];
      const matching = stage.app.get(MatchingService);
      await stage.transactions.run((tx) => matching.match(tx, { connection, executionId: newId(), customers }));
      await rename(account, { 'lost-1': null });
      await passDay(account, days[1], name, { 'lost-1': 'true', 'lost-3': 'true' });
      await runNow(account);
      const decided = async () => [
        await decide(account, lost),
        await decide(account, matched),
        await decide(account, other),
      ];
      expect(await decided()).toEqual(['SUPPRESSION_STALE', 'SUPPRESSION_STALE', 'ALLOWED']);
      await load(id, days[0], 'userId,value\nlost,false\nnot-lost,false\nmatched-only,false\n');
      expect(await decided()).toEqual(['SUPPRESSION_STALE', 'SUPPRESSION_STALE', 'ALLOWED']);
      await rename(account, { 'lost-1': 'lost', 'lost-3': 'matched-only' });
      await passDay(account, days[2], name, { 'lost-1': 'false', 'lost-3': 'true' });
      await runNow(account);
      expect(await decided()).toEqual(['ALLOWED', 'SUPPRESSED', 'ALLOWED']);
    });

    it('and are not found make nobody doubtful of whom something is known, but count as not loaded', async () => {
      const account = await connectByPlayer({ 'known-1': 'known-player' });
      const { id, name } = await choose(account);
      await addRule(id);
      const [known = '', unheard = ''] = await stage.addProfiles(['known-player', 'unheard-player']);
      await passDay(account, days[0], name, { 'known-1': 'false' });
      await runNow(account);
      await load(id, days[0], 'userId,value\nknown-player,false\n');
      expect(await decide(account, unheard)).toBe('ALLOWED');
      await passDay(account, days[1], name, { 'never-matched': 'true' });
      await runNow(account);
      await load(id, days[0], 'userId,value\nknown-player,false\n');
      expect([await decide(account, known), await decide(account, unheard)]).toEqual(['ALLOWED', 'SUPPRESSION_STALE']);
      await load(id, days[1], 'userId,value\nknown-player,false\n');
      expect(await decide(account, unheard)).toBe('ALLOWED');
    });
  });

  it('a change that does not say whose it is makes older values stale until a complete file of that day', async () => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    await addRule(id);
    const [early = '', told = '', broken = ''] = await stage.addProfiles(['whose-early', 'whose-told', 'whose-broken']);
    await passDay(account, days[0], name, { 'whose-early': 'false', 'whose-broken': 'false' });
    await runNow(account);
    await passDay(account, days[1], name, { 'whose-broken': 'x'.repeat(10_001) });
    await runNow(account);
    expect([await decide(account, early), await decide(account, broken)]).toEqual(['ALLOWED', 'SUPPRESSION_STALE']);
    await passDay(account, days[2], name, { ' ': 'true', 'whose-told': 'false' });
    await runNow(account);
    expect(await attributeOf(account, id)).toMatchObject({ state: 'FRESH', gapBefore: days[2] });
    expect((await syncs(id))[0]?.detail).toContain('1 changes do not say whose they are');
    expect([await decide(account, early), await decide(account, told)]).toEqual(['SUPPRESSION_STALE', 'ALLOWED']);
    const csv = 'userId,value\nwhose-early,false\nwhose-told,false\n';
    await load(id, days[1], csv);
    expect(await decide(account, early)).toBe('SUPPRESSION_STALE');
    await load(id, days[2], csv);
    expect(await decide(account, early)).toBe('ALLOWED');
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
      const works = await stage.database.query<{ id: string }>('SELECT id FROM attribute_work WHERE name = $1', [
        attribute.name,
      ]);
      for (const { id } of works) await stage.app.get(ChangeValues).run(id);
      expect(await valueOnProfile(person, attribute.name)).toBeNull();
      expect(await decide(account, person)).toBe('SUPPRESSION_STALE');
      expect(await attributeOf(account, attribute.id)).toMatchObject({
        state: 'STOPPED',
        stateReason: expect.stringContaining('was deleted'),
      });
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
        const ended = await end(stage.graphql, 'convertAttributeDefinition', {
          id: attribute.definitionId,
          type: 'STRING',
        });
        expect(ended?.userErrors).toEqual([]);
        return { work };
      });
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
