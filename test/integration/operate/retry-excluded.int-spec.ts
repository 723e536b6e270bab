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
