import { request } from 'node:http';
import { Readable } from 'node:stream';
import { eventually } from '../../support/eventually';
import { type Stage, setStage, storedPerson } from './stage';

describe('importing files of people', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  }, 60_000);
  afterAll(() => stage.close());

  const stored = (userId: string): Promise<Record<string, unknown> | undefined> => storedPerson(stage, userId);

  it('keeps user IDs exactly as they are written', async () => {
    const { status, body } = await stage.send(
      '/imports/profiles',
      'userId,email\nabc,a@example.com\nABC,b@example.com\n',
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({ received: 2, created: 2, updated: 0, repeated: 0, rejected: 0 });
    expect(await stored('abc')).toMatchObject({ email: 'a@example.com' });
    expect(await stored('ABC')).toMatchObject({ email: 'b@example.com' });
    expect(await stored('Abc')).toBeUndefined();
  });

  it('takes every column and keeps other columns as attributes', async () => {
    await stage.send(
      '/imports/profiles',
      '\uFEFFuserId,email,mobileNumber,emailSubscription,smsSubscription,language,timezone,country,first_name\r\n' +
        'all,all@example.com,447700900100,SUBSCRIBED,unsubscribed,en,Europe/London,GB,"O""Neil, A"\r\n',
    );
    expect(await stored('all')).toEqual({
      user_id: 'all',
      email: 'all@example.com',
      mobile_number: '447700900100',
      email_subscription: 'SUBSCRIBED',
      sms_subscription: 'UNSUBSCRIBED',
      language: 'en',
      time_zone: 'Europe/London',
      country: 'GB',
      attributes: { first_name: 'O"Neil, A' },
    });
  });

  it('rejects the row of a time zone that there is none of', async () => {
    const rows = ['userId,timezone', 'zone-good, Europe/Malta ', 'zone-bad,CET+1 Valletta', 'zone-none,'];
    const { body } = await stage.send('/imports/profiles', rows.join('\n'));
    expect(body).toMatchObject({ received: 3, created: 2, rejected: 1 });
    expect(await stored('zone-good')).toMatchObject({ time_zone: 'Europe/Malta' });
    const { text } = await stage.download(body.rejectsUrl);
    expect(text).toContain('3,"timezone must be an IANA time zone, such as Europe/Malta: CET+1 Valletta"');
  });

  it('leaves what is stored where a cell is empty, and knows nothing said from yes and no', async () => {
    const header = 'userId,email,emailSubscription,smsSubscription,tier\n';
    await stage.send('/imports/profiles', `${header}keep,keep@example.com,SUBSCRIBED,,gold\n`);
    expect(await stored('keep')).toMatchObject({ email_subscription: 'SUBSCRIBED', sms_subscription: 'NOT_SET' });
    const { body } = await stage.send('/imports/profiles', `${header}keep,,,UNSUBSCRIBED,\n`);
    expect(body).toMatchObject({ created: 0, updated: 1 });
    expect(await stored('keep')).toMatchObject({
      email: 'keep@example.com',
      email_subscription: 'SUBSCRIBED',
      sms_subscription: 'UNSUBSCRIBED',
      attributes: { tier: 'gold' },
    });
    await stage.send('/imports/profiles', `${header}keep,,NOT_SET,,\n`);
    expect(await stored('keep')).toMatchObject({ email_subscription: 'NOT_SET', sms_subscription: 'UNSUBSCRIBED' });
  });

  it('lets the last row of a user ID count, cell by cell, and counts the rows before it', async () => {
    const { body } = await stage.send(
      '/imports/profiles',
      'userId,email,mobileNumber,tier\ntwice,one@example.com,447700900101,gold\ntwice,two@example.com,,\n',
    );
    expect(body).toMatchObject({ received: 2, created: 1, repeated: 1 });
    expect(await stored('twice')).toMatchObject({
      email: 'two@example.com',
      mobile_number: '447700900101',
      attributes: { tier: 'gold' },
    });
  });

  it('keeps broken rows with their line and reason and imports the others', async () => {
    const rows = [
      'userId,email,mobileNumber,smsSubscription',
      'ok1,ok1@example.com,447700900111,SUBSCRIBED',
      ',nobody@example.com,,',
      'bad1,not-an-address,,',
      'bad2,,+447700900111,',
      'bad3,,00447700900111,',
      'bad4,,,maybe',
      'bad5,too,few',
      'bad6,"quote" after,,',
      'bad7,\uFFFD,,',
      '',
      'ok2,,,',
    ];
    const { body } = await stage.send('/imports/profiles', rows.join('\n'));
    expect(body).toMatchObject({ received: 10, created: 2, rejected: 8 });
    const { status, text } = await stage.download(body.rejectsUrl);
    expect(status).toBe(200);
    const lines = text.trimEnd().split('\r\n');
    expect(lines).toEqual([
      'line,reason,row',
      '3,userId is empty; every profile needs one,",nobody@example.com,,"',
      '4,email is not an address: not-an-address,"bad1,not-an-address,,"',
      expect.stringMatching(/^5,"mobileNumber must be digits.*bad2/),
      expect.stringMatching(/^6,"mobileNumber must be digits.*bad3/),
      expect.stringMatching(/^7,"smsSubscription must be .*bad4/),
      expect.stringMatching(/^8,"The line has 3 cells, the header names 4 columns","bad5,too,few"/),
      expect.stringMatching(/^9,.*not valid CSV.*bad6/),
      expect.stringMatching(/^10,.*not UTF-8.*bad7/),
    ]);
    const [task] = await stage.database.query('SELECT status, processed, succeeded, failed FROM task WHERE id = $1', [
      body.taskId,
    ]);
    expect(task).toEqual({ status: 'PARTLY_FAILED', processed: 10, succeeded: 2, failed: 8 });
  });

  it('loses no row to a quote that is never closed', async () => {
    const rows = Array.from({ length: 5000 }, (_, index) => `late${index},x`).join('\n');
    const { body } = await stage.send('/imports/profiles', `userId,tier\nfirst,a\nopen,"b\n${rows}\n`);
    expect(body).toMatchObject({ received: 5002, created: 5001, rejected: 1 });
  });

  it.each([
    ['email,tier\na@example.com,x\n', /column userId is missing/],
    ['userId,tier,tier\na,x,y\n', /column tier is there twice/],
    ['userId,__proto__\na,x\n', /Column 2 cannot be named __proto__/],
    ['userId,,tier\na,x,y\n', /no name/],
    ['userId,mobile_number\na,447700900111\n', /column mobile_number must be written mobileNumber/],
    ['userId,E-mail\na,x@example.com\n', /column E-mail must be written email/],
    ['', /file is empty/],
  ])('refuses the file %j as a whole and says what to mend', async (csv, message) => {
    const { status, body } = await stage.send('/imports/profiles', csv);
    expect(status).toBe(400);
    expect(body.message).toMatch(message);
  });

  it('answers a wrong header although much of the file is still to come', async () => {
    const line = `${'x'.repeat(999)}\n`;
    const file = Readable.from(
      (function* () {
        yield 'nobody,tier\n';
        for (let index = 0; index < 20_000; index += 1) yield line;
      })(),
    );
    const { status, body } = await stage.send('/imports/profiles', file);
    expect(status).toBe(400);
    expect(body.message).toMatch(/column userId is missing/);
  }, 30_000);

  it('ends as failed when the upload breaks off, and keeps the whole batches', async () => {
    const upload = request(`${stage.url}/imports/profiles`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stage.apiKey}`, 'content-type': 'text/csv', 'content-length': '9999999' },
    });
    upload.on('error', () => undefined);
    const rows = Array.from({ length: 4500 }, (_, index) => `broken-off-${index}`).join('\n');
    upload.write(`userId\n${rows}\n`);
    await eventually('a batch is stored', async () => stored('broken-off-0'));
    upload.destroy();
    const detail = await eventually('the task ends', async () => {
      const [task] = await stage.database.query<{ status: string; detail: string }>(
        'SELECT status, detail FROM task ORDER BY id DESC LIMIT 1',
      );
      return task?.status === 'FAILED' ? task.detail : null;
    });
    expect(detail).toBe('Stopped after 4000 rows');
    const [kept] = await stage.database.query(`SELECT count(*)::int FROM profile WHERE user_id LIKE 'broken-off-%'`);
    expect(kept).toEqual({ count: 4000 });
  });

  it('stores devices with their people, moves known tokens and refuses unknown people', async () => {
    await stage.send('/imports/profiles', 'userId\nowner\nheir\n');
    const header = 'userId,token,platform,pushSubscription\n';
    const first = await stage.send('/imports/devices', `${header}owner,t1,android,\nowner,t2,IOS,UNSUBSCRIBED\n`);
    expect(first.body).toMatchObject({ received: 2, created: 2, rejected: 0 });
    const second = await stage.send(
      '/imports/devices',
      `${header}heir,t2,IOS,\nstranger,t3,IOS,\nowner,t4,PHONE,\nowner,,IOS,\n`,
    );
    expect(second.body).toMatchObject({ received: 4, created: 0, updated: 1, rejected: 3 });
    const devices = await stage.database.query(
      `SELECT token, platform, push_subscription, p.user_id FROM device d JOIN profile p ON p.id = d.profile_id ORDER BY token`,
    );
    expect(devices).toEqual([
      { token: 't1', platform: 'ANDROID', push_subscription: 'NOT_SET', user_id: 'owner' },
      { token: 't2', platform: 'IOS', push_subscription: 'UNSUBSCRIBED', user_id: 'heir' },
    ]);
    const { text } = await stage.download(second.body.rejectsUrl);
    expect(text).toMatch(/No profile has the user ID stranger; import profiles first/);
    const unknown = await stage.send('/imports/devices', 'userId,token,platform,color\n');
    expect(unknown.status).toBe(400);
    expect(unknown.body.message).toMatch(/column color is not known; known are/);
  });

  it('remembers of a moved device which anonymous profile it had, and no person', async () => {
    await stage.send('/imports/profiles', 'userId\nfirst\nsecond\n');
    const [phone] = await stage.database.query<{ deviceId: string; profileId: string }>(
      `WITH anonymous AS (INSERT INTO profile (id, project_id) VALUES (gen_random_uuid(), $1) RETURNING id)
       INSERT INTO device (id, project_id, profile_id, token, platform)
       SELECT gen_random_uuid(), $1, id, 'was-anonymous', 'ANDROID' FROM anonymous
       RETURNING id AS "deviceId", profile_id AS "profileId"`,
      [stage.projectId],
    );
    for (const userId of ['first', 'first', 'second']) {
      await stage.send('/imports/devices', `userId,token,platform\n${userId},was-anonymous,ANDROID\n`);
      expect(
        await stage.profiles.signedInFrom(stage.transactions.pool, stage.projectId, [phone?.deviceId ?? '']),
      ).toEqual([phone]);
    }
  });

  it('takes tokens of APNs with their environment, leaves it where a file says nothing, and refuses what does not fit', async () => {
    await stage.send('/imports/profiles', 'userId\nwith-iphone\n');
    const [one, two] = ['c1'.repeat(32), 'c2'.repeat(32)];
    const header = 'userId,token,platform,pushService,apnsEnvironment\n';
    const row = (...cells: string[]): string => `with-iphone,${cells.join(',')}\n`;
    const first = await stage.send(
      '/imports/devices',
      header +
        row(one.toUpperCase(), 'IOS', 'apns', '') +
        row(two, 'IOS', 'APNS', 'sandbox') +
        row('plain', 'IOS', '', '') +
        row('of-google', 'ANDROID', 'FCM', '') +
        row('short', 'IOS', 'APNS', '') +
        row(one, 'ANDROID', 'APNS', '') +
        row('plain-2', 'IOS', '', 'SANDBOX') +
        row('plain-3', 'IOS', 'HMS', '') +
        row(two, 'IOS', 'APNS', 'MOON'),
    );
    expect(first.body).toMatchObject({ received: 9, created: 4, rejected: 5 });
    const { text } = await stage.download(first.body.rejectsUrl);
    for (const reason of ['64 or more', 'Only iOS apps', 'token of APNS alone', 'FCM or APNS', 'PRODUCTION or SANDBOX'])
      expect(text).toContain(reason);
    const stored = async (): Promise<unknown[]> =>
      (
        await stage.database.query<{ token: string; apns_environment: string | null }>(
          `SELECT token, apns_environment FROM device d JOIN profile p ON p.id = d.profile_id
           WHERE p.user_id = 'with-iphone' ORDER BY token`,
        )
      ).map(({ token, apns_environment: environment }) => [token, environment]);
    const expected = [
      [one, 'PRODUCTION'],
      [two, 'SANDBOX'],
      ['of-google', null],
      ['plain', null],
    ];
    expect(await stored()).toEqual(expected);
    await stage.send('/imports/devices', `userId,token,platform\nwith-iphone,${two},IOS\n`);
    expect(await stored()).toEqual(expected);
    await stage.send('/imports/devices', header + row(two, 'IOS', 'APNS', 'SANDBOX') + row(two, 'ANDROID', '', ''));
    expect(await stored()).toEqual([expected[0], [two, null], expected[2], expected[3]]);
    const { profile } = await stage.ask<{ profile: object }>(
      '{ profile(userId: "with-iphone") { devices { platform pushService apnsEnvironment } } }',
    );
    expect(profile).toMatchObject({
      devices: expect.arrayContaining([{ platform: 'IOS', pushService: 'APNS', apnsEnvironment: 'PRODUCTION' }]),
    });
  });

  it('needs a key that may manage profiles', async () => {
    expect((await stage.send('/imports/profiles', 'userId\nx\n', 'wrong')).status).toBe(401);
  });

  it('hands out the rejects of imports of this project only', async () => {
    const { body } = await stage.send('/imports/profiles', 'userId,timezone\nsecret,Nowhere\n');
    expect(await stage.download(body.rejectsUrl)).toMatchObject({
      status: 200,
      text: expect.stringContaining('secret'),
    });

    const stranger = '00000000-0000-7000-8000-000000000000';
    for (const table of ['import', 'import_reject']) {
      const column = table === 'import' ? 'id' : 'import_id';
      await stage.database.query(`UPDATE ${table} SET project_id = $1 WHERE ${column} = $2`, [stranger, body.importId]);
    }
    expect((await stage.download(body.rejectsUrl)).status).toBe(404);
    expect((await stage.download(`/imports/${stranger}/rejects.csv`)).status).toBe(404);
  });
});
