/** @once because calls that come again meet in PostgreSQL before anything is queued; what they queue is the subject of callbacks on both back ends. */
import { request } from 'node:http';
import {
  addProviders,
  type CampaignStage,
  completedExecution,
  countOf,
  mutate,
  planWithPeople,
  runAtOptimove,
  stageCampaign,
} from '../support/campaign-stage';
import { eventually } from '../support/eventually';
import { type Product, startProduct } from '../support/product';

const content = { mobilePush: { title: 'Hello {{ FirstName }}', body: 'A bonus of {{ BonusAmount }}' } };
const at = '2026-05-04 05:04:54';
const json = 'application/json';

interface Entry {
  id: string;
  outcome: string;
  reason: string | null;
  body: Buffer;
  executionId: string | null;
}

describe('replayed callbacks', () => {
  let product: Product;
  let stage: CampaignStage;
  let listener: string;
  let triggeredListener: string;
  let triggeredChannel: number;

  beforeAll(async () => {
    product = await startProduct();
    await addProviders(product);
    stage = await stageCampaign(product, { content });
    const { channel } = await mutate<{ channel: { optimoveChannelId: number } }>(
      product.graphql,
      'addChannel',
      'AddChannelInput',
      'channel { optimoveChannelId }',
      { connectionId: stage.connectionId, kind: 'TRIGGERED', name: 'Xtremepush Triggered' },
    );
    triggeredChannel = channel.optimoveChannelId;
    [listener, triggeredListener] = await Promise.all([listenerOf(13), listenerOf(11)]);
  });
  afterAll(() => product?.stop());

  const listenerOf = async (eventTypeId: number): Promise<string> => {
    const path = `/tenants/${stage.tenant.id}/listeners`;
    const listeners = await product.control<{ eventTypeId: number; listenerUrl: string }[]>('GET', path);
    return listeners.find((each) => each.eventTypeId === eventTypeId)?.listenerUrl ?? '';
  };
  /** The header goes out as it is, or not at all. */
  const post = (url: string, body: string | Buffer, contentType?: string): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const headers = contentType === undefined ? {} : { 'content-type': contentType };
      const call = request(url, { method: 'POST', headers }, async (answer) => {
        let text = '';
        for await (const part of answer) text += String(part);
        resolve({ status: answer.statusCode ?? 0, text });
      });
      call.on('error', reject);
      call.end(body);
    });
  const journal = (): Promise<Entry[]> =>
    product.database.query<Entry>(
      `SELECT id, outcome, reason, body, execution_id AS "executionId" FROM callback_journal WHERE connection_id = $1 ORDER BY id`,
      [stage.connectionId],
    );
  /** Posts and gives the one row that this adds to the journal. */
  const replay = async (url: string, body: string | Buffer, contentType?: string): Promise<Entry | undefined> => {
    const before = (await journal()).length;
    expect(await post(url, body, contentType)).toEqual({ status: 200, text: '' });
    const added = (await journal()).slice(before);
    expect(added).toHaveLength(1);
    expect(added[0]?.body).toEqual(Buffer.from(body));
    return added[0];
  };
  const stateOf = async (executionId: string | null | undefined) => {
    const [row] = await product.database.query<{ state: string; reason: string | null }>(
      'SELECT state, reason FROM execution WHERE id = $1',
      [executionId],
    );
    return row;
  };
  const received = (): number => product.farEnds.inbox.report(0).mobilePush.received;

  it.each([
    ['PascalCase', `{"EventTypeID": 13, "TimeStamp": "${at}", "CampaignID": 9001, "ChannelID": 506}`, json],
    ['camelCase', `{"eventTypeID": 13, "timeStamp": "${at}", "campaignID": 9002, "channelID": 506}`, json],
    ['small letters', '{"eventtypeid": 13, "campaignid": 9003, "channelid": 506}', 'text/json'],
    ['ids as texts', '{"EventTypeID": "13", "CampaignID": "9004", "ChannelID": "506"}', 'text/plain'],
    ['the type only in the address', '{"CampaignID": 9005, "ChannelID": 506}', 'application/json; charset=utf-8'],
    ['more keys than known', '{"EventTypeID": 13, "CampaignID": 9006, "ChannelID": 506, "More": [1]}', 'text/html'],
    ['a byte order mark', '\uFEFF{"EventTypeID": 13, "CampaignID": 9007, "ChannelID": 506}', json],
    ['in a list of one', '[{"EventTypeID": 13, "CampaignID": 9008, "ChannelID": 506}]', json],
    ['under the name of a form', '{"CampaignID": 9009, "ChannelID": 506}', 'application/x-www-form-urlencoded'],
    ['without a content type', '{"CampaignID": 9010, "ChannelID": 506}', undefined],
    ['with letters in the campaign', '{"EventTypeID": 13, "CampaignID": "b1f09", "ChannelID": 506}', json],
  ])('of event 13 are announced, believed only once Optimove confirms them: %s', async (_name, body, contentType) => {
    const entry = await replay(listener, body, contentType);
    expect(entry).toMatchObject({ outcome: 'ANNOUNCED', reason: null, executionId: expect.any(String) });
    const failed = await eventually('the execution ends', async () => {
      const now = await stateOf(entry?.executionId);
      return now?.state === 'FAILED' ? now : null;
    });
    expect(failed.reason).toMatch(/Optimove answered \S+ with 40[04]/);
    expect(received()).toBe(0);
  });

  it.each([
    [
      'camelCase with everything',
      `"eventTypeID": 11, "timeStamp": "${at}", "customerID": "A1", "campaignID": "b1f09", "templateID": 7731, "promoCode": ["WB23"], "notes": "free text"`,
      'TRIGGERED',
    ],
    ['the type only in the address', '"customerID": "A2", "campaignID": "b1f09", "templateID": 7731', 'TRIGGERED'],
    [
      'promo codes as a comma list',
      '"customerID": "A3", "campaignID": "b1f09", "templateID": 7731, "promoCode": "WB23,NV10"',
      'TRIGGERED',
    ],
    [
      'notes that are JSON',
      String.raw`"customerID": "A4", "campaignID": "b1f09", "templateID": 7731, "notes": "{\"offer\": 1}"`,
      'TRIGGERED',
    ],
    [
      'PascalCase with a parameter of the event',
      '"CustomerID": "A5", "CampaignID": "b1f09", "TemplateID": "7731", "event_device_type": "mobile"',
      'TRIGGERED',
    ],
    [
      'values that no database keeps',
      String.raw`"customerID": "A6", "campaignID": "b1f09", "templateID": 7731, "notes": "\u0000", "event_x": "\ud800", "event_y": {"z": "\u0000"}`,
      'TRIGGERED',
    ],
    ['a visitor', '"campaignID": "b1f09", "templateID": 7731', 'REFUSED'],
    ['no template', '"customerID": "A7", "campaignID": "b1f09"', 'REFUSED'],
    [
      'a customer that no database keeps',
      String.raw`"customerID": "\u0000", "campaignID": "b1f09", "templateID": 7731`,
      'REFUSED',
    ],
  ])(
    'of event 11 are taken in, and nothing is sent for a template that is not ours: %s',
    async (_name, keys, outcome) => {
      const body = `{${keys}, "channelID": ${triggeredChannel}}`;
      const entry = await replay(triggeredListener, body, json);
      expect(entry?.outcome).toBe(outcome);
      if (outcome === 'REFUSED') return expect(entry?.reason).toMatch(/is missing/);
      const customerId = /"customerID": "(\w+)"/i.exec(keys)?.[1];
      await eventually('the customer has an end', async () => {
        const rows = await product.database.query<{ end_state: string | null }>(
          'SELECT end_state FROM recipient WHERE execution_id = $1 AND customer_id = $2',
          [entry?.executionId, customerId],
        );
        return rows[0]?.end_state === 'TEMPLATE_UNKNOWN';
      });
      expect(received()).toBe(0);
    },
  );

  it.each([
    ['event 2', `{"EventTypeID": 2, "TimeStamp": "${at}"}`],
    ['another event than the address says', '{"EventTypeID": 1, "CampaignID": 9020, "ChannelID": 506}'],
    ['an event nobody knows', '{"EventTypeID": 99, "CampaignID": 9020, "ChannelID": 506}'],
  ])('of what starts nothing are noted: %s', async (_name, body) => {
    expect(await replay(listener, body, json)).toMatchObject({ outcome: 'NOTED', executionId: null });
  });

  it('of the channel for subscription status are refused, before it is added and after', async () => {
    const body = '{"EventTypeID": 13, "CampaignID": 9030, "ChannelID": 444}';
    const refused = { outcome: 'REFUSED', executionId: null };
    expect(await replay(listener, body, json)).toMatchObject({
      ...refused,
      reason: expect.stringContaining('is not set up'),
    });
    await mutate(product.graphql, 'addChannel', 'AddChannelInput', 'channel { id }', {
      connectionId: stage.connectionId,
      kind: 'SMS_SUBSCRIPTION',
      optimoveChannelId: 444,
    });
    expect(await replay(listener, body, json)).toMatchObject({
      ...refused,
      reason: expect.stringContaining('subscription status'),
    });
  });

  it('at the limit of 64 KiB are kept whole, and beyond it their beginning is', async () => {
    const entry = await replay(listener, 'x'.repeat(64 * 1024), json);
    expect(entry?.outcome).toBe('UNREADABLE');
    const before = (await journal()).length;
    expect((await post(listener, 'x'.repeat(70 * 1024), json)).status).toBe(200);
    const added = (await journal()).slice(before);
    expect(added).toHaveLength(1);
    expect(added[0]).toMatchObject({
      outcome: 'UNREADABLE',
      reason: expect.stringContaining('larger than 65536 bytes'),
    });
  });

  it('that come twenty times at the same moment make one execution, and each is kept', async () => {
    const body = `{"EventTypeID": 13, "TimeStamp": "${at}", "CampaignID": 9040, "ChannelID": 506}`;
    const before = (await journal()).length;
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(listener, body, json)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const added = (await journal()).slice(before);
    expect(added).toHaveLength(20);
    expect(new Set(added.map(({ executionId }) => executionId)).size).toBe(1);
    const executions = await product.database.query(`SELECT 1 FROM execution WHERE optimove_campaign_id = '9040'`);
    expect(executions).toHaveLength(1);
  });

  it('twice and in the wrong order reach everybody once, and nobody before it is due', async () => {
    const before = received();
    const due = new Date(Math.ceil(Date.now() / 1000) * 1000 + 8_000);
    const scheduled = due.toISOString().slice(0, 19).replace('T', ' ');
    const campaign = await planWithPeople(product, stage, { count: 30, seed: 21 }, scheduled);
    await product.control('PUT', `/tenants/${stage.tenant.id}/faults`, {
      rules: [],
      callbacks: { duplicate: true, reorder: true },
    });
    await runAtOptimove(product, stage, campaign.id);
    const executions = () =>
      product.database.query<{ id: string; state: string; early: boolean; due: Date | null }>(
        `SELECT e.id, e.state, now() < min(r.due_at) AS early, min(r.due_at) AS due FROM execution e LEFT JOIN recipient r ON r.execution_id = e.id
         WHERE e.optimove_campaign_id = $1 GROUP BY e.id`,
        [campaign.id],
      );
    await eventually('the audience is frozen and waits', async () => (await executions())[0]?.early === true);
    expect((await executions())[0]?.due?.getTime()).toBeGreaterThanOrEqual(due.getTime());
    let looks = 0;
    await eventually('everybody is due', async () => {
      const arrived = received() - before;
      const [execution] = await executions();
      if (execution?.early !== true) return true;
      looks += 1;
      expect(arrived).toBe(0);
      return false;
    });
    expect(looks).toBeGreaterThan(0);
    await eventually('everybody has got it', () => received() - before === 30);
    await eventually('it is complete', async () => (await executions())[0]?.state === 'COMPLETED');
    expect(await executions()).toHaveLength(1);
    expect(product.farEnds.inbox.report(0).mobilePush.duplicates).toBe(0);
    const { funnel } = await completedExecution(product, stage.connectionId);
    expect(countOf(funnel, 'SENT')).toBe(30);
  });
});
