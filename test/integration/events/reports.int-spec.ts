import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { newId } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { CampaignsService } from '@modules/campaigns';
import { ReceiptRepository } from '../../../src/channels/persistence/receipt.repository';
import { mutate } from '../../support/campaign-stage';
import { eventually } from '../../support/eventually';
import { type EventsStage, type Reached, stageEvents, stillOpen } from './stage';

const bounceMail = (person: Reached, { status, words }: { status: string; words: string }): string =>
  [
    'From: mailer-daemon@example.com',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status;',
    ' boundary="b1"',
    '',
    '--b1',
    'Content-Type: text/plain',
    '',
    'It did not arrive.',
    '--b1',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mail.example.com',
    '',
    `Final-Recipient: rfc822; ${person.email.toUpperCase()}`,
    'Action: failed',
    `Status: ${status}`,
    `Diagnostic-Code: smtp; ${words}`,
    '',
    '--b1',
    'Content-Type: message/rfc822',
    '',
    'Subject: An offer',
    `Message-ID: ${person.links.messageId}`,
    '',
    'Hello',
    '--b1--',
    '',
  ].join('\r\n');

const complaintMail = (person: Reached, type = 'abuse'): string =>
  [
    'Content-Type: multipart/report; report-type=feedback-report; boundary=b2',
    '',
    '--b2',
    'Content-Type: message/feedback-report',
    '',
    `Feedback-Type: ${type}`,
    'User-Agent: Loop/1.0',
    'Version: 1',
    '--b2',
    'Content-Type: text/rfc822-headers',
    '',
    `Message-ID:\r\n ${person.links.messageId}`,
    '--b2--',
  ].join('\n');

describe('what providers report of e-mails', () => {
  let stage: EventsStage;
  let address: string;
  beforeAll(async () => {
    stage = await stageEvents(15);
    address = await addressOf(stage.accounts.smtp);
  }, 180_000);
  afterAll(() => stage?.close());

  const addressOf = async (id: string): Promise<string> =>
    (await stage.graphql<{ address: string }>('query ($id: ID!) { address: providerReportAddress(id: $id) }', { id }))
      .address;
  const post = async (body: string, headers: Record<string, string> = {}, url = address): Promise<number> =>
    (await stage.visit(url, { method: 'POST', body, headers: { 'content-type': 'message/rfc822', ...headers } }))
      .status;
  const person = (index: number): Reached => stage.people[index] as Reached;
  const set = (settings: Record<string, string>, version: number) =>
    mutate(stage.graphql, 'updateProviderAccount', 'UpdateProviderAccountInput', 'providerAccount { version }', {
      id: stage.accounts.smtp,
      version,
      settings: Object.entries(settings).map(([name, value]) => ({ name, value })),
    });
  const unknown = async () =>
    (
      await stage.graphql<{ unknownReports: { nodes: { status: string; code: string; raw: string | null }[] } }>(
        '{ unknownReports { nodes { status code raw } } }',
      )
    ).unknownReports.nodes;

  it('takes a mailbox that does not exist for dead, counts the bounce once, and says why', async () => {
    const mail = bounceMail(person(0), { status: '5.1.1', words: '550 5.1.1 User unknown' });
    expect([await post(mail), await post(mail)]).toEqual([200, 200]);
    await stage.apply();
    expect(await post(mail)).toBe(200);
    await stage.apply();
    expect(await stage.funnel('bounced bounces { medium category count }')).toEqual({
      bounced: 1,
      bounces: [{ medium: 'EMAIL', category: 'BAD_MAILBOX', count: 1 }],
    });
    expect((await stage.profile(person(0))).isEmailAddressable).toBe(false);
    const { news } = await stage.app.get(CampaignsService).takeEngagement(stage.app.get(Transactions).pool, 100);
    expect(news.map(({ customerId, kind }) => [customerId, kind])).toEqual([['customer-1', 'BOUNCED']]);
  });

  it('takes it for dead for everybody of the project who has it, however it is written, and for nobody else', async () => {
    const [dead, alive, elsewhere] = [newId(), newId(), newId()];
    const add = (id: string, projectId: string, email: string): Promise<unknown> =>
      stage.database.query('INSERT INTO profile (id, project_id, user_id, email) VALUES ($1, $2, $3, $4)', [
        ...[id, projectId, `twin-${id}`, email],
      ]);
    await add(dead, stage.projectId, person(12).email.toUpperCase());
    await add(alive, stage.projectId, `other-${person(12).email}`);
    await add(elsewhere, newId(), person(12).email);
    await post(bounceMail(person(12), { status: '5.1.1', words: '550 5.1.1 User unknown' }));
    await stage.apply();
    const unreachable = await stage.database.query(
      'SELECT id FROM profile WHERE NOT is_email_addressable AND id = ANY($1::uuid[]) ORDER BY id',
      [[dead, alive, elsewhere, person(12).profileId]],
    );
    expect(unreachable.map(({ id }) => id)).toEqual([person(12).profileId, dead].sort());
  });

  it('leaves an address alive that bounces for a while, and one that was replaced meanwhile', async () => {
    await post(bounceMail(person(1), { status: '5.2.2', words: '552 5.2.2 Mailbox full' }));
    const { email, ...rest } = person(2);
    await post(bounceMail({ ...rest, email: `old-${email}` }, { status: '5.1.1', words: '550 User unknown' }));
    await stage.apply();
    expect(await stage.funnel('bounced')).toEqual({ bounced: 4 });
    expect((await stage.profile(person(1))).isEmailAddressable).toBe(true);
    expect((await stage.profile(person(2))).isEmailAddressable).toBe(true);
  });

  it('takes it for dead when it bounces for good after it bounced for a while, and counts the person once', async () => {
    const fates = [
      { status: '5.2.2', words: '552 5.2.2 Mailbox full' },
      { status: '5.1.1', words: '550 5.1.1 User unknown' },
    ];
    for (const fate of [...fates, ...fates]) expect(await post(bounceMail(person(1), fate))).toBe(200);
    await stage.apply();
    expect((await stage.profile(person(1))).isEmailAddressable).toBe(false);
    expect(await stage.funnel('bounced')).toEqual({ bounced: 4 });
  });

  it('lists the address of somebody who complains, and nobody who says that it is no spam', async () => {
    expect(await post(complaintMail(person(3)))).toBe(200);
    expect(await post(complaintMail(person(4), 'not-spam'))).toBe(200);
    await stage.apply();
    await stage.apply();
    expect(await stage.funnel('complained')).toEqual({ complained: 1 });
    const listed = await stage.database.query('SELECT value, medium, reason FROM suppression_entry');
    expect(listed).toEqual([{ value: person(3).email, medium: 'EMAIL', reason: 'Complaint' }]);
  });

  it('takes the same mail of a complaint for the same complaint, however late it is brought again', async () => {
    const mail = `Date: ${new Date(Date.now() - 60_000).toUTCString()}\r\n${complaintMail(person(5))}`;
    expect(await post(mail)).toBe(200);
    await stage.apply();
    expect(await post(mail)).toBe(200);
    await stage.apply();
    const stored = await stage.database.query(
      `SELECT 1 FROM receipt_intake WHERE provider_message_id = $1 AND status = 'COMPLAINED'`,
      [person(5).links.messageId],
    );
    expect(stored).toHaveLength(1);
    await stage.database.query('DELETE FROM suppression_entry WHERE value = $1', [person(5).email]);
  });

  it('lists where the message went, though the person who complains has another address by now', async () => {
    await stage.database.query('UPDATE profile SET email = $2 WHERE id = $1', [
      person(13).profileId,
      'new@example.com',
    ]);
    expect(await post(complaintMail(person(13)))).toBe(200);
    await stage.apply();
    await stage.apply();
    const listed = await stage.database.query('SELECT kind, value, medium FROM suppression_entry ORDER BY id DESC');
    expect(listed[0]).toEqual({ kind: 'EMAIL', value: person(13).email, medium: 'EMAIL' });
    expect(listed).toHaveLength(2);
  });

  it('lists somebody whose other message still waits for another try', async () => {
    const { email } = person(14);
    await stillOpen(stage, person(14), 'SMS');
    expect(await post(complaintMail(person(14)))).toBe(200);
    await stage.apply();
    await stage.apply();
    const listed = await stage.database.query('SELECT value, medium FROM suppression_entry ORDER BY id DESC LIMIT 1');
    expect(listed).toEqual([{ value: email, medium: 'EMAIL' }]);
  });

  it('settles a mail of which it was uncertain whether it was taken', async () => {
    const { seq } = person(5);
    const where = 'execution_id = $1 AND seq = $2';
    await stage.database.query(`DELETE FROM delivery WHERE ${where} AND medium = 'SMS'`, [stage.executionId, seq]);
    await stage.database.query(`UPDATE delivery SET state = 'UNCERTAIN', provider_message_id = NULL WHERE ${where}`, [
      stage.executionId,
      seq,
    ]);
    await stage.database.query(`UPDATE recipient SET end_state = 'UNCERTAIN' WHERE ${where}`, [stage.executionId, seq]);
    await post(bounceMail(person(5), { status: '5.7.1', words: '550 5.7.1 Not wanted here' }));
    await stage.apply();
    const [delivery] = await stage.database.query(`SELECT state, receipt_status, bounce FROM delivery WHERE ${where}`, [
      stage.executionId,
      seq,
    ]);
    expect(delivery).toEqual({ state: 'ACCEPTED', receipt_status: 'FAILED', bounce: 'POLICY_RELATED' });
    expect(await stage.funnel('uncertain sent')).toEqual({ uncertain: 0, sent: 14 });
  });

  it('believes nobody who makes a Message-ID up, and keeps what belongs to nothing', async () => {
    const forged = {
      ...person(6),
      links: { ...person(6).links, messageId: `<${stage.executionId}.7.E.email@example.com>` },
    };
    await post(bounceMail(forged, { status: '5.1.1', words: '550 User unknown' }));
    await stage.apply();
    expect((await stage.profile(person(6))).isEmailAddressable).toBe(true);
    await stage.database.query('UPDATE receipt_intake SET next_try_at = now(), tries = 14 WHERE processed_at IS NULL');
    await stage.apply();
    expect(await post('Subject: Out of office\r\n\r\nI am away')).toBe(200);
    expect(await unknown()).toEqual([
      expect.objectContaining({ status: 'UNREADABLE', raw: expect.stringContaining('Out of office') }),
      expect.objectContaining({ status: 'FAILED', code: expect.stringContaining('User unknown') }),
    ]);
  });

  it('knows only addresses that were given out, of accounts that report so', async () => {
    expect(
      await post(
        'x',
        {},
        address.replace(/providers\/./, (start) => (start.endsWith('A') ? 'providers/B' : 'providers/A')),
      ),
    ).toBe(404);
    expect(await post('x', {}, address.replace(/[^/]+$/, 'none'))).toBe(404);
    expect(await addressOf(stage.accounts.smpp)).toBeNull();
  });

  it('takes events of SendGrid that are signed over their exact bytes', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const key = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
    await set({ reports: 'SENDGRID', reportsKey: key }, 1);
    const event = (index: number, more: object) => ({
      ...{ email: person(index).email, timestamp: 1_790_000_000, 'smtp-id': person(index).links.messageId },
      ...more,
    });
    const body = JSON.stringify([
      event(7, { event: 'delivered' }),
      event(8, {
        event: 'bounce',
        status: '5.1.1',
        reason: '550 No such user\u0000',
        type: 'bounce',
        timestamp: 1e300,
      }),
      event(9, { event: 'spamreport' }),
      event(10, { event: 'dropped', reason: 'Bounced Address' }),
      event(10, { event: 'open' }),
      null,
    ]);
    const signature = createSign('sha256').update(`1790000000${body}`).sign(privateKey, 'base64');
    const headers = {
      'x-twilio-email-event-webhook-signature': signature,
      'x-twilio-email-event-webhook-timestamp': '1790000000',
    };
    expect(await post(body.replace('delivered', 'dropped'), headers)).toBe(401);
    expect(await post(body)).toBe(401);
    expect(await post(body, headers)).toBe(200);
    await stage.apply();
    await stage.apply();
    expect(await stage.funnel('delivered bounced complained')).toEqual({ delivered: 1, bounced: 7, complained: 5 });
    expect((await stage.profile(person(8))).isEmailAddressable).toBe(false);
    expect((await stage.profile(person(10))).isEmailAddressable).toBe(false);
  });

  it('takes events of Mailgun that bear its signature', async () => {
    await set({ reports: 'MAILGUN', reportsKey: 'signing-key-of-mailgun' }, 2);
    const call = (key: string): string =>
      JSON.stringify({
        signature: {
          ...{ timestamp: '1790000000', token: 'abc' },
          signature: createHmac('sha256', key).update('1790000000abc').digest('hex'),
        },
        'event-data': {
          ...{ event: 'failed', severity: 'permanent', reason: 'suppress-bounce', timestamp: 1_790_000_000.5 },
          recipient: person(11).email,
          message: { headers: { 'message-id': person(11).links.messageId.slice(1, -1) } },
          'delivery-status': { code: 605, description: 'Not delivering to previously bounced address' },
        },
      });
    expect(await post(call('another-key'))).toBe(401);
    expect(await post(call('signing-key-of-mailgun'))).toBe(200);
    expect(await post('[]')).toBe(200);
    await stage.apply();
    expect((await stage.profile(person(11))).isEmailAddressable).toBe(false);
    expect(await stage.funnel('bounces { category count }')).toEqual({
      bounces: expect.arrayContaining([{ category: 'SUPPRESSED', count: 2 }]),
    });
  });

  it('counts once what two processes stored in the same instant', async () => {
    const transactions = stage.app.get(Transactions);
    const repository = stage.app.get(ReceiptRepository, { strict: false });
    const about = { providerMessageId: person(4).links.messageId, code: 'told', occurredAt: new Date() };
    const owner = { projectId: stage.projectId, accountId: stage.accounts.smtp };
    const told = (['DELIVERED', 'COMPLAINED'] as const).map((status) => ({ ...owner, ...about, status }));
    const counts = async (): Promise<Map<string, number>> => {
      const rows = await stage.database.query<{ measure: string; count: number }>(
        'SELECT measure, sum(count)::int AS count FROM execution_tally WHERE execution_id = $1 GROUP BY 1',
        [stage.executionId],
      );
      return new Map(rows.map(({ measure, count }) => [measure, count]));
    };
    const waiting = () =>
      stage.database.query('SELECT status FROM receipt_intake WHERE processed_at IS NULL ORDER BY status');
    const before = await counts();
    const later = await transactions.run(async (tx) => {
      expect(await repository.store(tx, told)).toEqual([owner.accountId]);
      let isOver = false;
      const accounts = transactions
        .run((other) => repository.store(other, told))
        .finally(() => {
          isOver = true;
        });
      await eventually('the other waits for the first', async () => {
        const locks = `SELECT 1 FROM pg_locks JOIN pg_database d ON d.oid = database AND d.datname = current_database()
          WHERE locktype = 'advisory' AND NOT granted`;
        return isOver || (await stage.database.query(locks)).length > 0;
      });
      return { accounts };
    });
    expect(await later.accounts).toEqual([]);
    expect((await waiting()).map(({ status }) => status)).toEqual(['COMPLAINED', 'DELIVERED']);
    await stage.apply();
    await stage.apply();
    expect(await waiting()).toEqual([]);
    const grown = [...(await counts())].map(([measure, count]) => [measure, count - (before.get(measure) ?? 0)]);
    expect(Object.fromEntries(grown.filter(([, count]) => count !== 0))).toEqual({
      ...{ 'RECEIPT:DELIVERED': 1, 'ENGAGED:COMPLAINED': 1, 'PEOPLE:EMAIL:DELIVERED': 1, 'PEOPLE:EMAIL:COMPLAINED': 1 },
      ...{ 'EVENT:EMAIL:COMPLAINED': 1 },
    });
  });

  it('takes a receipt of a text for the newest that has its id, of the last two weeks, and for no other', async () => {
    const account = stage.accounts.smpp;
    const give = (index: number, id: string, days: number): Promise<unknown> =>
      stage.database.query(
        `UPDATE delivery SET provider_message_id = $3, text_message_id = $3, claimed_at = now() - $4 * interval '1 day'
         WHERE execution_id = $1 AND seq = $2 AND medium = 'SMS'`,
        [stage.executionId, person(index).seq, id, days],
      );
    await give(5, 'again-1', 1);
    await give(6, 'again-1', 0.1);
    await give(7, 'again-2', 20);
    const told = ['again-1', 'again-2'].map((providerMessageId) => ({
      ...{ projectId: stage.projectId, accountId: account, providerMessageId },
      ...{ status: 'DELIVERED' as const, code: 'DELIVRD', occurredAt: new Date() },
    }));
    const repository = stage.app.get(ReceiptRepository, { strict: false });
    await stage.app.get(Transactions).run((tx) => repository.store(tx, told));
    await stage.apply();
    const rows = await stage.database.query<{ seq: number }>(
      `SELECT seq FROM delivery WHERE execution_id = $1 AND medium = 'SMS' AND receipt_status = 'DELIVERED'`,
      [stage.executionId],
    );
    expect(rows.map(({ seq }) => seq)).toEqual([person(6).seq]);
  });

  it('refuses settings of reports that could not be verified', async () => {
    const problems = async (settings: Record<string, string>): Promise<string> =>
      set(settings, 3).then(
        () => '',
        (error: Error) => error.message,
      );
    expect(await problems({ reports: 'POSTMAN' })).toContain('MAIL, SENDGRID, MAILGUN');
    expect(await problems({ reports: 'SENDGRID', reportsKey: 'not a key' })).toContain('verification key');
  });
});
