import type { EmailMessage, Receipt } from '@libs/delivery';
import { Transactions } from '@libs/platform';
import { ApplyReceipts } from '../../../src/campaigns/execution/apply-receipts';
import { ApplyEngagement } from '../../../src/campaigns/tracking/apply-engagement';
import { MessageLinks } from '../../../src/campaigns/tracking/message-links';
import { ReceiptRepository } from '../../../src/channels/persistence/receipt.repository';
import { mutate } from '../../support/campaign-stage';
import { type LimitStage, setStage, texts } from '../limits/stage';

describe('trying failed customers again', () => {
  let stage: LimitStage;
  beforeAll(async () => {
    stage = await setStage();
  }, 120_000);
  afterAll(() => stage?.close());

  it('sends nothing to who was excluded, unsubscribed or found dead meanwhile', async () => {
    const people = ['again-dead', 'again-fine', 'again-gone', 'again-listed'];
    for (const userId of people) await stage.person(userId);
    await stage.control('PUT', '/far-ends/email/fault', { kind: '5xx' });
    const executionId = await stage.launched('again', texts.email);
    await stage.run(executionId);
    // What an outage kept from going is given up after a day.
    await stage.database.query(
      `UPDATE delivery SET waiting_since = waiting_since - interval '25 hours' WHERE execution_id = $1`,
      [executionId],
    );
    await stage.waited(executionId);
    await stage.run(executionId);
    expect((await stage.endings(executionId)).map(({ state }) => state)).toEqual(people.map(() => 'FAILED'));

    await stage.control('PUT', '/far-ends/email/fault', { kind: 'none' });
    await mutate(stage.graphql, 'addSuppressionEntry', 'AddSuppressionEntryInput', 'entry { id }', {
      ...{ kind: 'USER_ID', value: 'again-listed', medium: 'ANY', reason: 'Excluded by themselves' },
    });
    await mutate(stage.graphql, 'upsertProfile', 'UpsertProfileInput', 'profile { id }', {
      ...{ userId: 'again-gone', emailSubscription: 'UNSUBSCRIBED' },
    });
    await stage.database.query(`UPDATE profile SET is_email_addressable = false WHERE user_id = 'again-dead'`);
    const retried = await mutate<{ customers: number }>(
      stage.graphql,
      'retryFailed',
      'RetryFailedInput',
      'deliveries customers',
      { executionId, includeRefused: true },
    );
    expect(retried.customers).toBe(people.length);
    await stage.run(executionId);
    const endings = await stage.endings(executionId);
    expect(endings.map(({ userId, state }) => [userId, state])).toEqual([
      ['again-dead', 'FAILED'],
      ['again-fine', 'SENT'],
      ['again-gone', 'FAILED'],
      ['again-listed', 'FAILED'],
    ]);
    expect(endings.filter(({ state }) => state === 'FAILED').map(({ reason }) => reason)).toEqual(
      [0, 1, 2].map(() => expect.stringContaining('NO_LONGER_ALLOWED')),
    );
    expect(stage.farEnds.inbox.report(10).email.last.map(({ to }) => to)).toEqual(['again-fine@example.com']);
  });
});

describe('cancelling', () => {
  let stage: LimitStage;
  beforeAll(async () => {
    stage = await setStage();
  }, 120_000);
  afterAll(() => stage?.close());

  const fault = (medium: 'email' | 'sms', kind: 'none' | '5xx') =>
    stage.control('PUT', `/far-ends/${medium}/fault`, { kind });
  const cancel = (id: string) =>
    mutate(stage.graphql, 'cancelExecution', 'CancelExecutionInput', 'execution { id }', { id, reason: 'Enough' });
  const refused = expect.stringContaining('CONTENT_REJECTED');
  const cancelled = { state: 'CANCELLED', reason: 'The execution was cancelled before this customer' };

  it('leaves failed who was refused for good, and gives back the place of their message', async () => {
    await stage.person('stop-both');
    await stage.person('stop-text', { emailSubscription: 'UNSUBSCRIBED' });
    const { id: categoryId } = await stage.category({ perDay: 1 });
    for (const medium of ['email', 'sms'] as const) await fault(medium, '5xx');
    const executionId = await stage.launched('stop', { ...texts.email, ...texts.sms, categoryId });
    await stage.run(executionId);
    expect((await stage.endings(executionId)).map(({ state }) => state)).toEqual([null, null]);
    await cancel(executionId);
    expect(await stage.endings(executionId)).toEqual([
      { userId: 'stop-both', state: 'FAILED', reason: refused },
      { userId: 'stop-text', ...cancelled },
    ]);
    const bounced = () =>
      stage.database.query('SELECT seq FROM recipient WHERE execution_id = $1 AND bounced_at IS NOT NULL', [
        executionId,
      ]);
    expect(await bounced()).toEqual([]);
    for (const medium of ['email', 'sms'] as const) await fault(medium, 'none');
    const after = await stage.send('stop', { ...texts.sms, categoryId });
    expect(after.map(({ state }) => state)).toEqual(['SENT', 'SENT']);
  });

  it('leaves who failed at a dead address bounced', async () => {
    await stage.person('stop-dead');
    await fault('sms', '5xx');
    const executionId = await stage.launched('stop-dead', { ...texts.email, ...texts.sms });
    await stage.run(executionId);
    await stage.database.query(
      `UPDATE delivery SET is_address_dead = true WHERE execution_id = $1 AND medium = 'EMAIL'`,
      [executionId],
    );
    await stage.database.query(
      `UPDATE delivery SET state = 'REJECTED', reason = 'BAD_MAILBOX: gone' WHERE execution_id = $1 AND medium = 'EMAIL'`,
      [executionId],
    );
    await cancel(executionId);
    const people = 'SELECT end_state, bounced_at IS NOT NULL AS bounced FROM recipient WHERE execution_id = $1';
    expect(await stage.database.query(people, [executionId])).toEqual([{ end_state: 'FAILED', bounced: true }]);
    const sums = `SELECT count FROM execution_tally WHERE execution_id = $1 AND measure = 'FAILED:BOUNCED'`;
    expect(await stage.database.query(sums, [executionId])).toEqual([{ count: 1 }]);
    await fault('sms', 'none');
  });

  it('leaves failed who was to be tried again, for the reason that they had failed for', async () => {
    await stage.person('once-more');
    await fault('email', '5xx');
    const executionId = await stage.launched('once-more', texts.email);
    await stage.run(executionId);
    const failed = [{ userId: 'once-more', state: 'FAILED', reason: refused }];
    expect(await stage.endings(executionId)).toEqual(failed);
    await mutate(stage.graphql, 'retryFailed', 'RetryFailedInput', 'customers', { executionId, includeRefused: true });
    await cancel(executionId);
    expect(await stage.endings(executionId)).toEqual(failed);
    await fault('email', 'none');
  });
});

describe('a message in doubt that is to be sent again', () => {
  let stage: LimitStage;
  beforeAll(async () => {
    stage = await setStage();
  }, 120_000);
  afterAll(() => stage?.close());

  interface Sent {
    executionId: string;
    profileId: string;
    accountId: string;
  }

  /** An e-mail that arrived and of whose answer nothing is known; somebody paused its execution and has it sent again. */
  const sentAgain = async (userId: string): Promise<Sent> => {
    await stage.person(userId);
    const executionId = await stage.launched(userId, texts.email);
    await stage.run(executionId);
    for (const table of ['delivery SET state', 'recipient SET end_state'])
      await stage.database.query(`UPDATE ${table} = 'UNCERTAIN' WHERE execution_id = $1`, [executionId]);
    const all = { executionId, expectedCount: 1 };
    await mutate(stage.graphql, 'sendUncertainAgain', 'SettleUncertainInput', 'deliveries', all);
    await mutate(stage.graphql, 'pauseExecution', 'ExecutionIdInput', 'execution { id }', { id: executionId });
    const [delivery] = await stage.database.query<Omit<Sent, 'executionId'>>(
      'SELECT profile_id AS "profileId", account_id AS "accountId" FROM delivery WHERE execution_id = $1',
      [executionId],
    );
    return { executionId, ...(delivery as Omit<Sent, 'executionId'>) };
  };

  const mailsTo = (userId: string): number | undefined =>
    [...stage.farEnds.inbox.recipients('email')].find(({ address }) => address === `${userId}@example.com`)?.count;

  const opened = async ({ executionId }: Sent): Promise<void> => {
    await stage.database.query(
      `INSERT INTO engagement_intake (project_id, execution_id, seq, medium, kind, occurred_at)
       VALUES ($1, $2, 1, 'EMAIL', 'OPENED', now())`,
      [stage.projectId, executionId],
    );
    await stage.app.get(ApplyEngagement, { strict: false }).run();
  };

  const reported = async (
    { executionId, profileId, accountId }: Sent,
    report: Pick<Receipt, 'status' | 'bounce'> = { status: 'DELIVERED' },
  ): Promise<void> => {
    const links = stage.app.get(MessageLinks, { strict: false });
    const bare = {
      deliveryId: 'd',
      to: '',
      fromAddress: 'a@example.com',
      fromName: '',
      subject: '',
      html: '',
      text: '',
    };
    const ref = { executionId, seq: 1, medium: 'EMAIL' as const, profileId };
    const { messageToken } = links.addTo<EmailMessage>(bare, ref, new Date());
    const receipt = {
      ...{ projectId: stage.projectId, accountId, providerMessageId: `<${messageToken}@example.com>` },
      ...{ ...report, code: '', occurredAt: new Date() },
    };
    const receipts = stage.app.get(ReceiptRepository, { strict: false });
    await stage.app.get(Transactions).run((tx) => receipts.store(tx, [receipt]));
    await stage.app.get(ApplyReceipts, { strict: false }).run();
  };

  it.each([
    ['opened', opened],
    ['reported', (sent: Sent) => reported(sent)],
  ])('is not when the first one is %s meanwhile, and its customer counts as sent at once', async (userId, arrived) => {
    const sent = await sentAgain(userId);
    await arrived(sent);
    expect(await stage.endings(sent.executionId)).toEqual([{ userId, state: 'SENT', reason: null }]);
    await mutate(stage.graphql, 'resumeExecution', 'ExecutionIdInput', 'execution { id }', { id: sent.executionId });
    await stage.run(sent.executionId);
    expect(mailsTo(userId)).toBe(1);
    const [execution] = await stage.database.query('SELECT state FROM execution WHERE id = $1', [sent.executionId]);
    expect(execution).toEqual({ state: 'COMPLETED' });
  });

  it.each([
    ['silent', 'nothing is heard of the first one', null],
    ['full', 'the first one found a full mailbox', { status: 'FAILED', bounce: 'MAILBOX_FULL' }],
  ] as const)('is (%s) when %s', async (userId, _what, report) => {
    const sent = await sentAgain(userId);
    const { executionId } = sent;
    if (report) await reported(sent, report);
    await mutate(stage.graphql, 'resumeExecution', 'ExecutionIdInput', 'execution { id }', { id: executionId });
    await stage.run(executionId);
    expect(mailsTo(userId)).toBe(2);
  });
});
