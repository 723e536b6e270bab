import { newId } from '@libs/foundation';
import { eventually } from '../../support/eventually';
import { type Stage, setStage } from './stage';

describe('matching customers of Optimove', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  }, 60_000);
  afterAll(() => stage.close());

  const importing = { mobileNumberAttribute: 'PHONE' };

  it('asks for the attributes that the connection names', () => {
    const both = stage.connection({ userIdAttribute: 'EXTERNAL_ID', mobileNumberAttribute: 'PHONE' });
    expect(stage.matching.requiredAttributes(both)).toEqual(['EXTERNAL_ID', 'PHONE']);
    expect(stage.matching.requiredAttributes(stage.connection())).toEqual([]);
  });

  it('takes the customer ID as user ID, exactly', async () => {
    const id = await stage.addProfile('A8272');
    const customers = ['A8272', 'a8272', ' A8272', 'nobody', ''].map((customerId) => ({ customerId }));
    const results = await stage.match(stage.connection(), customers);
    expect(results.map(({ seq, profileId }) => [seq, profileId])).toEqual([
      [1, id],
      [2, null],
      [3, null],
      [4, null],
      [5, null],
    ]);
  });

  it('takes the User ID attribute in its place where the connection has one, and never falls back', async () => {
    const byAttribute = await stage.addProfile('crm-1');
    await stage.addProfile('customer-2');
    const connection = stage.connection({ userIdAttribute: 'EXTERNAL_ID' });
    const given = ['crm-1', ' crm-1\t', 'CRM-1', null];
    const results = await stage.match(
      connection,
      given.map((userIdValue) => ({ userIdValue })),
    );
    expect(results.map(({ profileId }) => profileId)).toEqual([byAttribute, byAttribute, null, null]);
  });

  it('finds a user ID that has blanks itself, and takes any kind of blank away where it has none', async () => {
    const [withBlank, without] = [await stage.addProfile('crm-3 '), await stage.addProfile('crm-4')];
    const connection = stage.connection({ ...importing, userIdAttribute: 'EXTERNAL_ID' });
    const given = ['crm-3 ', 'crm-4\u00a0', '\u3000crm-5\f'];
    const results = await stage.match(
      connection,
      given.map((userIdValue, at) => ({ userIdValue, mobileNumberValue: `44770090001${at}` })),
    );
    const made = await stage.stored('crm-5');
    expect(results.map(({ profileId }) => profileId)).toEqual([withBlank, without, made?.id]);
    expect(await stage.stored('crm-3')).toBeUndefined();
  });

  it('sees only profiles of its project', async () => {
    await stage.addProfile('ours');
    const foreign = stage.connection({ projectId: newId() });
    expect(await stage.match(foreign, [{ customerId: 'ours' }])).toMatchObject([{ profileId: null }]);
  });

  it('stores valid numbers and makes a profile only where there is one', async () => {
    const known = await stage.addProfile('known', { mobileNumber: '447700900001' });
    const results = await stage.match(stage.connection(importing), [
      { customerId: 'known', mobileNumberValue: '447700900002' },
      { customerId: 'reachable', mobileNumberValue: ' 447700900003 ' },
      { customerId: 'unreachable', mobileNumberValue: null },
      { customerId: 'empty', mobileNumberValue: '' },
    ]);
    const made = await stage.stored('reachable');
    expect(results.map(({ profileId, numberProblem }) => [profileId, numberProblem])).toEqual([
      [known, null],
      [made?.id, null],
      [null, null],
      [null, null],
    ]);
    expect(made).toMatchObject({ mobile_number: '447700900003', sms_subscription: 'SUBSCRIBED' });
    expect(await stage.stored('known')).toMatchObject({ mobile_number: '447700900002' });
    expect(await stage.stored('unreachable')).toBeUndefined();
  });

  it('imports no numbers for a connection without the attribute', async () => {
    const results = await stage.match(stage.connection(), [{ customerId: 'quiet', mobileNumberValue: '447700900004' }]);
    expect(results).toEqual([{ seq: 1, profileId: null, numberProblem: null }]);
    expect(await stage.stored('quiet')).toBeUndefined();
  });

  it.each([
    [true, 'SUBSCRIBED'],
    [false, 'NOT_SET'],
  ])('with numbers treated as subscribed: %s, only who said nothing becomes %s', async (treat, expected) => {
    const ids = ['yes', 'no', 'nothing', 'new'].map((name) => `${name}-${treat}`);
    const [yes = '', no = '', nothing = ''] = ids;
    await stage.addProfile(yes, { smsSubscription: 'SUBSCRIBED' });
    await stage.addProfile(no, { smsSubscription: 'UNSUBSCRIBED' });
    await stage.addProfile(nothing);
    await stage.match(
      stage.connection({ ...importing, treatImportedNumbersAsSubscribed: treat }),
      ids.map((customerId, index) => ({ customerId, mobileNumberValue: `44770090010${index}` })),
    );
    const subscriptions: unknown[] = [];
    for (const id of ids) subscriptions.push((await stage.stored(id))?.sms_subscription);
    expect(subscriptions).toEqual(['SUBSCRIBED', 'UNSUBSCRIBED', expected, expected]);
  });

  it('refuses numbers in another format, keeps them with the reason and leaves what is stored', async () => {
    const known = await stage.addProfile('kept-number', { mobileNumber: '447700900005' });
    const connection = stage.connection(importing);
    const executionId = newId();
    const customers = [
      { customerId: 'kept-number', mobileNumberValue: '+447700900006' },
      { customerId: 'bad-number', mobileNumberValue: '00447700900007' },
    ];
    const results = await stage.match(connection, customers, executionId);
    expect(results).toEqual([
      { seq: 1, profileId: known, numberProblem: expect.stringContaining('begins with +') },
      { seq: 2, profileId: null, numberProblem: expect.stringContaining('begins with 00') },
    ]);
    expect(await stage.stored('kept-number')).toMatchObject({ mobile_number: '447700900005' });
    expect(await stage.stored('bad-number')).toBeUndefined();
    expect(await stage.match(connection, customers, executionId)).toEqual(results);
    const kept = await stage.database.query(
      'SELECT seq, connection_id, customer_id, value FROM number_reject WHERE execution_id = $1 ORDER BY seq',
      [executionId],
    );
    expect(kept).toEqual([
      { seq: 1, connection_id: connection.id, customer_id: 'kept-number', value: '+447700900006' },
      { seq: 2, connection_id: connection.id, customer_id: 'bad-number', value: '00447700900007' },
    ]);
  });

  it('takes a number to which somebody said no for nobody’s yes, whoever Optimove sends it for', async () => {
    await stage.addProfile('stopped', { mobileNumber: '447700900055', smsSubscription: 'UNSUBSCRIBED' });
    await stage.addProfile('second-account');
    const customers = ['second-account', 'third-account'].map((customerId) => ({
      ...{ customerId, mobileNumberValue: '447700900055' },
    }));
    await stage.match(stage.connection(importing), customers);
    await stage.match(stage.connection(importing), customers);
    for (const userId of ['second-account', 'third-account'])
      expect(await stage.stored(userId)).toMatchObject({ mobile_number: '447700900055', sms_subscription: 'NOT_SET' });
  });

  it('lets two people have the same number', async () => {
    const results = await stage.match(stage.connection(importing), [
      { customerId: 'parent', mobileNumberValue: '447700900008' },
      { customerId: 'child', mobileNumberValue: '447700900008' },
    ]);
    expect(new Set(results.map(({ profileId }) => profileId)).size).toBe(2);
    expect(await stage.stored('parent')).toMatchObject({ mobile_number: '447700900008' });
    expect(await stage.stored('child')).toMatchObject({ mobile_number: '447700900008' });
  });

  it('matches two customers with one user ID to one profile, and the last number counts', async () => {
    const connection = stage.connection({ ...importing, userIdAttribute: 'EXTERNAL_ID' });
    const results = await stage.match(connection, [
      { userIdValue: 'shared', mobileNumberValue: '447700900010' },
      { userIdValue: 'shared', mobileNumberValue: '447700900009' },
    ]);
    const shared = await stage.stored('shared');
    expect(results.map(({ profileId }) => profileId)).toEqual([shared?.id, shared?.id]);
    expect(shared?.mobile_number).toBe('447700900009');
  });

  it('makes no profile for a user ID that none could have, and matches the others', async () => {
    const long = Array.from({ length: 4_000 }, () => Math.random().toString(36).slice(2, 3)).join('');
    const results = await stage.match(
      stage.connection(importing),
      [long, '  ', '', 'usual'].map((customerId) => ({ customerId, mobileNumberValue: '447700900011' })),
    );
    const usual = await stage.stored('usual');
    expect(results.map(({ profileId }) => profileId)).toEqual([null, null, null, usual?.id]);
    expect(await stage.stored('  ')).toBeUndefined();
  });

  it('finds a person whom somebody else makes at the same moment', async () => {
    const id = newId();
    await stage.database.query('BEGIN');
    await stage.database.query(
      `INSERT INTO profile (id, project_id, user_id, mobile_number, sms_subscription)
       VALUES ($1, $2, 'same-moment', '447700900012', 'SUBSCRIBED')`,
      [id, stage.projectId],
    );
    const matching = stage.match(stage.connection(importing), [
      { customerId: 'same-moment', mobileNumberValue: '447700900012' },
    ]);
    await eventually('matching waits for the other', async () => {
      const waiting = await stage.database.query(
        `SELECT 1 FROM pg_locks l JOIN pg_database d ON d.datname = current_database()
         JOIN pg_stat_activity a ON a.pid = l.pid AND a.datid = d.oid WHERE NOT l.granted`,
      );
      return waiting.length > 0;
    });
    await stage.database.query('COMMIT');
    expect(await matching).toEqual([{ seq: 1, profileId: id, numberProblem: null }]);
  });

  it('matches chunks of the same people at once', async () => {
    const customers = Array.from({ length: 1000 }, (_, index) => ({
      customerId: `at-once-${index}`,
      mobileNumberValue: `4477010${String(index).padStart(5, '0')}`,
    }));
    const connection = stage.connection(importing);
    const runs = await Promise.all(
      [customers, [...customers].reverse(), customers, [...customers].reverse()].map((some) =>
        stage.match(connection, some),
      ),
    );
    const distinct = new Set(runs.flatMap((results) => results.map(({ profileId }) => profileId)));
    expect(distinct.has(null)).toBe(false);
    expect(distinct.size).toBe(1000);
  });

  it('matches nobody without a fault', async () => {
    expect(await stage.match(stage.connection(importing), [])).toEqual([]);
  });
});
