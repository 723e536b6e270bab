import { newId } from '@libs/foundation';
import { ReceiptIntake } from '../../../src/channels/delivery/receipt-intake';
import { mutate } from '../../support/campaign-stage';
import { Amazon } from './amazon';
import { type EventsStage, type Reached, stageEvents } from './stage';

type Headers = Record<string, string>;

describe('what Amazon SES, Postmark and SMS centres report', () => {
  let stage: EventsStage;
  let amazon: Amazon;
  let address: string;
  let version = 1;

  beforeAll(async () => {
    stage = await stageEvents(14);
    amazon = await new Amazon().start();
    const query = 'query ($id: ID!) { address: providerReportAddress(id: $id) }';
    ({ address } = await stage.graphql<{ address: string }>(query, { id: stage.accounts.smtp }));
  }, 180_000);
  afterAll(async () => {
    await stage?.close();
    await amazon?.stop();
  });

  const person = (index: number): Reached => stage.people[index] as Reached;
  const post = async (body: object | string, headers: Headers = {}): Promise<number> =>
    (
      await stage.visit(address, {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        headers: { 'content-type': 'text/plain; charset=UTF-8', ...headers },
      })
    ).status;
  const set = async (settings: Record<string, string>): Promise<void> => {
    await mutate(stage.graphql, 'updateProviderAccount', 'UpdateProviderAccountInput', 'providerAccount { version }', {
      ...{ id: stage.accounts.smtp, version },
      settings: Object.entries(settings).map(([name, value]) => ({ name, value })),
    });
    version += 1;
  };
  const bounces = async (): Promise<Record<string, number>> => {
    await stage.apply();
    await stage.apply();
    const { bounces: found } = await stage.funnel<{ bounces: { category: string; count: number }[] }>(
      'bounces { medium category count }',
    );
    return Object.fromEntries(found.map(({ category, count }) => [category, count]));
  };
  const unreadable = async (): Promise<string[]> =>
    (
      await stage.graphql<{ unknownReports: { nodes: { status: string; code: string }[] } }>(
        '{ unknownReports { nodes { status code } } }',
      )
    ).unknownReports.nodes
      .filter(({ status }) => status === 'UNREADABLE')
      .map(({ code }) => code);
  const isAddressable = async (index: number): Promise<boolean> =>
    (await stage.profile(person(index))).isEmailAddressable;

  describe('over Amazon SNS', () => {
    const mail = (index: number) => ({
      ...{ messageId: '0100-of-amazon', destination: [person(index).email], headersTruncated: false },
      headers: [
        { name: 'From', value: 'news@example.com' },
        { name: 'Message-ID', value: person(index).links.messageId },
      ],
    });
    const bounce = (index: number, more: object, recipient: object = {}) => ({
      notificationType: 'Bounce',
      mail: mail(index),
      bounce: {
        ...{
          timestamp: '2026-05-04T09:59:00.000Z',
          bouncedRecipients: [{ emailAddress: person(index).email, ...recipient }],
        },
        ...more,
      },
    });

    it('confirms the subscription of its topic alone, at the address that Amazon names', async () => {
      await set({ reports: 'SES', reportsTopic: amazon.topic, reportsHost: amazon.origin });
      const elsewhere = { SubscribeURL: 'http://169.254.169.254/latest/meta-data/' };
      expect(await post(amazon.post('SubscriptionConfirmation', elsewhere))).toBe(401);
      const other = amazon.post('SubscriptionConfirmation', { TopicArn: `${amazon.topic}-of-others` });
      expect(await post(other)).toBe(401);
      const confirming = amazon.post('SubscriptionConfirmation', {});
      expect(await post({ ...confirming, SubscribeURL: `${amazon.origin}/?Action=ConfirmOther` })).toBe(401);
      expect(amazon.visited.filter((path) => path.startsWith('/?'))).toEqual([]);
      expect(await post(confirming)).toBe(200);
      expect(amazon.visited.filter((path) => path.startsWith('/?'))).toEqual(['/?Action=ConfirmSubscription']);
    });

    it('fetches nothing but from the region of its topic, and no certificate but under the name that Amazon gives it', async () => {
      const path = amazon.certificatePath;
      const elsewhere = [
        `https://sns.us-east-1.amazonaws.com${path}`,
        `https://sns.eu-west-1.amazonaws.com.cn${path}`,
        `https://somebody@sns.eu-west-1.amazonaws.com${path}`,
        'https://sns.eu-west-1.amazonaws.com/sns.pem',
        `${amazon.origin}/sns.pem`,
        `${amazon.origin}/somewhere${path}`,
        `${amazon.origin}${path}?of=others`,
      ];
      const event = bounce(1, { bounceType: 'Permanent', bounceSubType: 'General' });
      for (const SigningCertURL of elsewhere) {
        expect([SigningCertURL, await post(amazon.event(event, { SigningCertURL }))]).toEqual([SigningCertURL, 401]);
      }
      const SubscribeURL = 'https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription';
      expect(await post(amazon.post('SubscriptionConfirmation', { SubscribeURL }))).toBe(401);
    });

    it('refuses a message that is not written as Amazon writes it, and names the field', async () => {
      const event = amazon.event(bounce(1, { bounceType: 'Permanent', bounceSubType: 'General' }));
      const confirming = amazon.post('SubscriptionConfirmation', {});
      const malformed: [string, object][] = [
        ['Type', { ...event, Type: 'constructor' }],
        ['Type', { ...event, Type: ['Notification'] }],
        ['Subject', { ...event, Subject: { toString: 1 } }],
        ['Subject', { ...event, Subject: [] }],
        ['Token', { ...confirming, Token: [confirming.Token] }],
        ['SubscribeURL', { ...confirming, SubscribeURL: [confirming.SubscribeURL] }],
        ['Signature', { ...event, Signature: 5 }],
      ];
      const visits = amazon.visited.length;
      for (const [field, message] of malformed) {
        const answer = await stage.visit(address, { method: 'POST', body: JSON.stringify(message) });
        expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining(`${field} must be`)]);
      }
      expect(amazon.visited).toHaveLength(visits);
    });

    it('asks to be told again while it cannot look at the certificate', async () => {
      amazon.isAway = true;
      const event = amazon.event(bounce(0, { bounceType: 'Permanent', bounceSubType: 'General' }), {
        SigningCertURL: `${amazon.origin}/SimpleNotificationService-00ff.pem`,
      });
      expect(await post(event)).toBe(503);
      amazon.isAway = false;
      expect(await post(event)).toBe(200);
      expect(await bounces()).toEqual({ BAD_MAILBOX: 1 });
      expect(await isAddressable(0)).toBe(false);
    });

    it('believes nothing that is changed, unsigned, or signed by a certificate of somebody else', async () => {
      const event = amazon.event(bounce(1, { bounceType: 'Permanent', bounceSubType: 'General' }));
      expect(await post({ ...event, Message: event.Message?.replace('General', 'Suppressed') ?? '' })).toBe(401);
      expect(await post({ ...event, Signature: '' })).toBe(401);
      expect(await post({ ...event, SigningCertURL: 'https://sns.eu-west-1.amazonaws.com.example.com/sns.pem' })).toBe(
        401,
      );
      expect(await post({ ...event, SigningCertURL: 'http://sns.eu-west-1.amazonaws.com/sns.pem' })).toBe(401);
      expect(await post({ ...event, SignatureVersion: '3' })).toBe(401);
      expect(await bounces()).toEqual({ BAD_MAILBOX: 1 });
    });

    it('puts bounces into their categories, each once, in both versions of the signature and both forms of events', async () => {
      const words = { status: '5.7.1', diagnosticCode: 'smtp; 550 5.7.1 Not wanted here' };
      const events = [
        amazon.event(bounce(1, { bounceType: 'Permanent', bounceSubType: 'OnAccountSuppressionList' })),
        amazon.event(bounce(2, { bounceType: 'Transient', bounceSubType: 'MailboxFull' }), { SignatureVersion: '1' }),
        amazon.event({
          ...bounce(3, { bounceType: 'Permanent', bounceSubType: 'General' }, words),
          eventType: 'Bounce',
        }),
        amazon.event(bounce(4, { bounceType: 'Transient', bounceSubType: 'General' }), { Subject: 'A bounce' }),
        amazon.event(bounce(5, { bounceType: 'Undetermined', bounceSubType: 'Undetermined' })),
        amazon.event({ eventType: 'Reject', mail: mail(6), reject: { reason: 'Bad content' } }),
      ];
      for (const event of [...events, ...events]) expect(await post(event)).toBe(200);
      expect(await bounces()).toEqual({
        ...{ BAD_MAILBOX: 1, SUPPRESSED: 1, MAILBOX_FULL: 1, POLICY_RELATED: 1, TEMPORARILY_DEFERRED: 1, OTHER: 1 },
        CONTENT_REJECTED: 1,
      });
      expect(await Promise.all([1, 2, 3, 4, 5, 6].map(isAddressable))).toEqual([false, true, true, true, true, true]);
    });

    it('takes deliveries, complaints and people who want nothing', async () => {
      const recipients = [{ emailAddress: person(8).email }];
      for (const event of [
        {
          eventType: 'Delivery',
          mail: mail(7),
          delivery: { timestamp: '2026-05-04T09:59:00Z', smtpResponse: '250 OK' },
        },
        {
          ...{ notificationType: 'Complaint', mail: mail(8) },
          complaint: { complainedRecipients: recipients, complaintFeedbackType: 'abuse' },
        },
        {
          ...{ notificationType: 'Complaint', mail: mail(9) },
          complaint: { complainedRecipients: recipients, complaintFeedbackType: 'not-spam' },
        },
        {
          ...{ eventType: 'Subscription', mail: mail(9) },
          subscription: { newTopicPreferences: { unsubscribeAll: true } },
        },
        { eventType: 'Open', mail: mail(10), open: {} },
      ])
        expect(await post(amazon.event(event))).toBe(200);
      await bounces();
      expect(await stage.funnel('delivered complained unsubscribed opened')).toEqual({
        ...{ delivered: 1, complained: 1, unsubscribed: 1, opened: 0 },
      });
      expect((await stage.profile(person(9))).emailSubscription).toBe('UNSUBSCRIBED');
    });

    it('keeps what it does not know, and says what to switch on', async () => {
      const { headers: _headers, ...bare } = mail(10);
      expect(await post(amazon.event({ ...bounce(10, { bounceType: 'Permanent' }), mail: bare }))).toBe(200);
      expect(await post(amazon.event({ eventType: 'Teleported', mail: mail(10) }))).toBe(200);
      expect(await post({ eventType: 'Open', mail: mail(10) })).toBe(200);
      expect(await unreadable()).toEqual([
        expect.stringContaining('raw delivery'),
        expect.stringContaining('"Teleported" is not known'),
        expect.stringContaining('include original headers'),
      ]);
    });
  });

  describe('over the webhooks of Postmark', () => {
    const key = 'the password of the webhooks';
    const auth = (password = key): Headers => ({
      authorization: `Basic ${Buffer.from(`postmark:${password}`).toString('base64')}`,
    });
    const about = (index: number, more: object) => ({
      ...{ MessageID: '883953f4-6105-42a2-a16a-77a8eac79483', MessageStream: 'outbound' },
      Metadata: { 'message-token': person(index).links.messageId.slice(1).split('@')[0] },
      ...more,
    });
    const bounce = (index: number, Type: string, more: object = {}) =>
      about(index, {
        ...{ RecordType: 'Bounce', Type, Email: person(index).email, BouncedAt: '2026-05-04T09:59:00Z' },
        ...more,
      });

    it('takes them with the password of the account alone, each once', async () => {
      await set({ reports: 'POSTMARK', reportsKey: key });
      const before = await bounces();
      const dead = bounce(10, 'HardBounce', { Details: '550 5.1.1 no such user' });
      expect(await post(dead)).toBe(401);
      expect(await post(dead, auth('another'))).toBe(401);
      expect(await post(dead, { authorization: 'Basic !' })).toBe(401);
      for (const body of [
        dead,
        dead,
        bounce(11, 'SoftBounce', { Details: '452 4.2.2 mailbox full' }),
        bounce(12, 'Blocked', { Details: '554 blocked' }),
        bounce(12, 'AutoResponder'),
        bounce(12, 'Telepathy'),
      ])
        expect(await post(body, auth())).toBe(200);
      const after = await bounces();
      const more = (category: string): number => (after[category] ?? 0) - (before[category] ?? 0);
      expect(['BAD_MAILBOX', 'MAILBOX_FULL', 'POLICY_RELATED', 'OTHER'].map(more)).toEqual([1, 1, 1, 0]);
      expect(await Promise.all([10, 11, 12].map(isAddressable))).toEqual([false, true, true]);
    });

    it('takes deliveries, complaints and people who leave', async () => {
      const change = {
        RecordType: 'SubscriptionChange',
        ...{ SuppressSending: true, SuppressionReason: 'ManualSuppression', ChangedAt: '2026-05-04T09:59:00Z' },
      };
      for (const body of [
        about(11, { RecordType: 'Delivery', Recipient: person(11).email, DeliveredAt: '2026-05-04T09:59:00Z' }),
        about(12, { RecordType: 'SpamComplaint', Email: person(12).email, BouncedAt: '2026-05-04T09:59:00Z' }),
        about(13, { ...change, Origin: 'Recipient', Recipient: person(13).email }),
        about(11, { ...change, Origin: 'Admin', Recipient: person(11).email }),
        about(11, { RecordType: 'Open' }),
      ])
        expect(await post(body, auth())).toBe(200);
      await bounces();
      expect(await stage.funnel('complained unsubscribed')).toEqual({ complained: 2, unsubscribed: 2 });
      const said = async (index: number) => (await stage.profile(person(index))).emailSubscription;
      expect([await said(13), await said(11)]).toEqual(['UNSUBSCRIBED', 'SUBSCRIBED']);
      const listed = await stage.database.query('SELECT value FROM suppression_entry ORDER BY id');
      expect(listed.map(({ value }) => value)).toEqual([person(8).email, person(12).email]);
    });

    it('keeps what it does not know, and a webhook without the token of ours', async () => {
      const { Metadata: _metadata, ...bare } = bounce(11, 'HardBounce');
      expect(await post(bare, auth())).toBe(200);
      expect(await post(about(11, { RecordType: 'Teleport' }), auth())).toBe(200);
      expect((await unreadable()).slice(0, 2)).toEqual([
        expect.stringContaining('"Teleport" is not known'),
        expect.stringContaining('"message-token"'),
      ]);
    });
  });

  it('a number that the SMS centre does not know is dead for everybody who has it; one that is away stays', async () => {
    const twin = newId();
    await stage.database.query('INSERT INTO profile (id, project_id, user_id, mobile_number) VALUES ($1, $2, $3, $4)', [
      twin,
      stage.projectId,
      'twin',
      person(0).number,
    ]);
    const texts = await stage.database.query<{ id: string; seq: number }>(
      `SELECT provider_message_id AS id, seq FROM delivery WHERE medium = 'SMS' AND seq = ANY($1::int[]) ORDER BY seq`,
      [[person(0).seq, person(1).seq]],
    );
    const [unknown, away] = texts.map(({ id }) => id);
    const failed = { status: 'FAILED', occurredAt: new Date() } as const;
    await stage.app
      .get(ReceiptIntake, { strict: false })
      .store({ projectId: stage.projectId, accountId: stage.accounts.smpp }, [
        { ...failed, providerMessageId: unknown ?? '', code: 'UNDELIV 1', bounce: 'UNKNOWN_NUMBER' },
        { ...failed, providerMessageId: away ?? '', code: 'UNDELIV 27', bounce: 'TEMPORARILY_DEFERRED' },
      ]);
    await stage.apply();
    const dead = await stage.database.query(
      'SELECT id FROM profile WHERE NOT is_mobile_number_addressable ORDER BY id',
    );
    expect(dead.map(({ id }) => id)).toEqual([person(0).profileId, twin].sort());
    const { bounces: found } = await stage.funnel<{ bounces: object[] }>('bounces { medium category count }');
    expect(found).toContainEqual({ medium: 'SMS', category: 'UNKNOWN_NUMBER', count: 1 });
  });

  it('are set up with a topic or a password only', async () => {
    const problems = (settings: Record<string, string>): Promise<string> =>
      set(settings).then(
        () => '',
        (error: Error) => error.message,
      );
    expect(await problems({ reports: 'SES', reportsTopic: 'bounces' })).toContain('ARN');
    expect(await problems({ reports: 'SES', reportsTopic: amazon.topic, reportsHost: 'http://x/y' })).toContain(
      'alone',
    );
    expect(await problems({ reports: 'POSTMARK', reportsKey: '' })).toContain('only with their key');
  });
});
