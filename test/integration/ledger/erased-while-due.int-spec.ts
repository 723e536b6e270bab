import { query, Transactions } from '@libs/platform';
import { ProfilesService } from '@modules/profiles';
import { SendChunk } from '../../../src/campaigns/execution/send-chunk';
import { addProviders, type CampaignStage, mutate, stageCampaign } from '../../support/campaign-stage';
import { eventually } from '../../support/eventually';
import { type ContentStage, setStage } from '../content/stage';
import { type Customer, type Lists, listsOf } from './lists';

/** The task of the erasure is never worked on here: all that counts is the answer. */
describe('somebody who is erased while a message to them is due', () => {
  let stage: ContentStage;
  let lists: Lists;
  let campaign: CampaignStage;
  beforeAll(async () => {
    stage = await setStage();
    await addProviders(stage);
    lists = listsOf({ ...stage, transactions: stage.app.get(Transactions) });
    campaign = await stageCampaign(stage, {
      content: { sms: { from: 'Example', text: 'Hello' } },
      connection: { userIdAttribute: 'LOYALTY_ID', mobileNumberAttribute: 'FIRST_NAME' },
    });
  }, 60_000);
  afterAll(() => stage?.close());

  let launches = 0;
  /** A frozen list of people by their user IDs, with the number of each; somebody else is due much later. */
  const listed = async (userIds: string[], place = campaign): Promise<string> => {
    launches += 1;
    const id = await lists.announced(place, launches);
    const customers = userIds.map((userId, index): Customer => {
      const firstName = `44770090000${index}`;
      return { id: `customer-of-${userId}`, userId, firstName, template: place.templateId };
    });
    const later = { id: `later-${launches}`, at: '2126-05-04 09:00:00', template: place.templateId };
    await lists.frozen(id, [...customers, later]);
    await stage.database.query(
      `UPDATE execution_template t SET version_id = p.version_id FROM template_publication p
       WHERE t.execution_id = $1 AND p.optimove_template_id::text = t.optimove_template_id`,
      [id],
    );
    return id;
  };
  const erase = (userId: string): Promise<unknown> =>
    mutate(stage.graphql, 'eraseProfile', 'EraseProfileInput', 'taskId', { userId, isFinal: true });
  const isKnown = async (userId: string): Promise<boolean> => {
    const query = 'query ($userId: String!) { profile(userId: $userId) { id } }';
    return (await stage.graphql<{ profile: object | null }>(query, { userId })).profile !== null;
  };
  const sent = async (executionId: string): Promise<(string | null)[]> => {
    await stage.app.get(SendChunk, { strict: false }).run({ executionId, chunkNo: 1 });
    const rows = await stage.database.query<{ state: string | null }>(
      'SELECT end_state AS state FROM recipient WHERE execution_id = $1 AND due_at <= now() ORDER BY seq',
      [executionId],
    );
    return rows.map(({ state }) => state);
  };

  it('gets nothing from the answer on, known before or not, and does not become known by their number in the list', async () => {
    await mutate(stage.graphql, 'upsertProfile', 'UpsertProfileInput', 'profile { id }', {
      ...{ userId: 'known', mobileNumber: '447700900001', smsSubscription: 'SUBSCRIBED' },
    });
    const id = await listed(['known', 'unknown', 'somebody else']);
    await erase('known');
    await erase('unknown');
    expect(await sent(id)).toEqual(['PROFILE_NOT_FOUND', 'PROFILE_NOT_FOUND', 'SENT']);
    expect([await isKnown('known'), await isKnown('unknown')]).toEqual([false, false]);
  });

  it('gets nothing of it where they go by their customer ID and became known again meanwhile', async () => {
    const goesById = await stageCampaign(stage, {
      ...{ name: 'By ID', content: { sms: { from: 'Example', text: 'Hello' } } },
      connection: { mobileNumberAttribute: null },
    });
    const signUp = (userId: string, mobileNumber: string): Promise<unknown> =>
      mutate(stage.graphql, 'upsertProfile', 'UpsertProfileInput', 'profile { id }', {
        ...{ userId, mobileNumber, smsSubscription: 'SUBSCRIBED' },
      });
    await signUp('customer-of-one who left', '447700900011');
    await signUp('customer-of-one who stays', '447700900012');
    const id = await listed(['one who left', 'one who stays'], goesById);
    await erase('customer-of-one who left');
    await signUp('customer-of-one who left', '447700900011');
    expect(await sent(id)).toEqual(['PROFILE_NOT_FOUND', 'SENT']);
  });

  it('is like anybody to a campaign that is announced afterwards', async () => {
    await erase('back');
    expect(await sent(await listed(['back']))).toEqual(['SENT']);
    expect(await isKnown('back')).toBe(true);
  });

  it('gets nothing for what they did before, and is known again by what Optimove tells of them afterwards', async () => {
    const id = await listed(['before', 'after']);
    const isDue = 'UPDATE recipient SET due_at = clock_timestamp() WHERE execution_id = $1 AND seq = $2';
    await stage.database.query(
      `UPDATE execution SET kind = 'TRIGGERED', closes_at = now() + interval '1 day' WHERE id = $1`,
      [id],
    );
    await stage.database.query(isDue, [id, 1]);
    await erase('before');
    await erase('after');
    await stage.database.query(isDue, [id, 2]);
    expect(await sent(id)).toEqual(['PROFILE_NOT_FOUND', 'SENT']);
  });

  const untilItWaitsFor = (event: string): Promise<unknown> =>
    eventually('the erasure waits', async () => {
      const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = '${event}'`;
      return (await stage.database.query(waiting)).length > 0;
    });
  /** What imports do before they make anybody known; fails where they would wait for as long as the erasure does. */
  const holdOff = (): Promise<void> =>
    stage.app.get(Transactions).run(async (tx) => {
      await query(tx, `SET LOCAL lock_timeout = '10s'`);
      await stage.app.get(ProfilesService, { strict: false }).holdOffErasures(tx, stage.projectId);
    });

  it('is asked to be erased once more while the first erasure is worked on: nobody else waits for that', async () => {
    await erase('twice');
    let erasing: Promise<unknown> | undefined;
    await stage.app.get(Transactions).run(async (tx) => {
      await query(tx, 'SELECT 1 FROM erased_customer FOR UPDATE');
      erasing = erase('twice');
      await untilItWaitsFor('transactionid');
      await holdOff();
    });
    await erasing;
  });

  it('is erased in the end where somebody is at it for long, whom the others do not wait for', async () => {
    let erasing: Promise<unknown> | undefined;
    await stage.app.get(Transactions).run(async (tx) => {
      await stage.app.get(ProfilesService, { strict: false }).holdOffErasures(tx, stage.projectId);
      erasing = erase('patient');
      await untilItWaitsFor('advisory');
      await holdOff();
    });
    await erasing;
    expect(await sent(await listed(['somebody']))).toEqual(['SENT']);
  });

  it('is erased with what an import that is going on makes of them: the answer waits for it', async () => {
    const { app, projectId } = stage;
    const profiles = app.get(ProfilesService, { strict: false });
    let erasing: Promise<unknown> | undefined;
    await app.get(Transactions).run(async (tx) => {
      await profiles.holdOffErasures(tx, projectId);
      const numbers = [{ userId: 'importing', number: '447700900009' }];
      await profiles.importNumbers(tx, projectId, { numbers, subscribeWhenNotSet: true });
      erasing = erase('importing');
      await untilItWaitsFor('advisory');
    });
    await erasing;
    expect(await isKnown('importing')).toBe(false);
  });
});
