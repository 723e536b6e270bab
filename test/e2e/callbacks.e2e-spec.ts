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
  tryMutation,
} from '../support/campaign-stage';
import { eventually } from '../support/eventually';
import { type Product, startProduct } from '../support/product';

const content = { mobilePush: { title: 'Hello {{ FirstName }}', body: 'A bonus of {{ BonusAmount }}' } };
const timeStamp = '2026-05-04 05:04:54';

/** Bodies as Optimove and the systems that received them before show them, and what becomes of each. */
const bodies: [name: string, body: string, contentType: string, outcome: string, eventTypeId: number | null][] = [
  [
    'event 1, three keys',
    `{"EventTypeID": 1, "TimeStamp": "${timeStamp}", "CampaignID": 20999}`,
    'application/json',
    'NOTED',
    1,
  ],
  ['event 3', `{"EventTypeID": 3, "TimeStamp": "${timeStamp}"}`, 'application/json', 'NOTED', 3],
  [
    'event 5 with its deadline',
    `{"EventTypeID": 5, "CampaignID": 1, "ClearanceRequiredBy": "${timeStamp}"}`,
    'application/json',
    'NOTED',
    5,
  ],
  [
    'event 4',
    `{"EventTypeID": 4, "TimeStamp": "${timeStamp}", "CampaignID": 20999}`,
    'application/json',
    'CANCELLED',
    4,
  ],
  [
    'event 11 without a channel',
    '{"eventTypeID": 11, "customerID": "A8272", "campaignID": "b1f09", "promoCode": ["WB23"]}',
    'application/json',
    'REFUSED',
    11,
  ],
  [
    'event 13 of an unknown channel',
    `{"EventTypeID": 13, "TimeStamp": "${timeStamp}", "CampaignID": 1, "ChannelID": 999}`,
    'application/json',
    'REFUSED',
    13,
  ],
  ['event 13 without a channel', '{"EventTypeID": 13, "CampaignID": 1}', 'application/json', 'REFUSED', 13],
  ['event 13 without a campaign', '{"EventTypeID": 13, "ChannelID": 506}', 'application/json', 'REFUSED', 13],
  ['broken JSON', '{"EventTypeID": 13, ', 'application/json', 'UNREADABLE', null],
  ['a form', 'EventTypeID=13&CampaignID=1', 'application/x-www-form-urlencoded', 'UNREADABLE', null],
  ['nothing at all', '', 'text/plain', 'UNREADABLE', null],
  ['a text that is no object', '"13"', 'text/plain', 'UNREADABLE', null],
  ['bytes that are no text', '\u0000\u0001', 'application/octet-stream', 'UNREADABLE', null],
];

describe('callbacks from Optimove', () => {
  let product: Product;
  let stage: CampaignStage;
  let listener: string;

  beforeAll(async () => {
    product = await startProduct();
    await addProviders(product);
    stage = await stageCampaign(product, { content, connection: { pageSize: 40 } });
    const listeners = await product.control<{ eventTypeId: number; listenerUrl: string }[]>(
      'GET',
      `/tenants/${stage.tenant.id}/listeners`,
    );
    listener = listeners.find(({ eventTypeId }) => eventTypeId === 13)?.listenerUrl ?? '';
  });
  afterAll(() => product?.stop());

  const received = (): number => product.farEnds.inbox.report(0).mobilePush.received;
  const post = async (
    url: string,
    body: string,
    contentType = 'application/json',
  ): Promise<{ status: number; text: string }> => {
    const answer = await fetch(url, { method: 'POST', body, headers: { 'content-type': contentType } });
    return { status: answer.status, text: await answer.text() };
  };
  const journal = () =>
    product.database.query<{ outcome: string; body: Buffer; event_type_id: number | null; reason: string | null }>(
      'SELECT outcome, body, event_type_id, reason FROM callback_journal ORDER BY id',
    );

  it.each(bodies)(
    'are answered 200 with nothing, kept as they came, and understood: %s',
    async (_name, body, contentType, outcome, eventTypeId) => {
      const before = (await journal()).length;
      expect(await post(listener, body, contentType)).toEqual({ status: 200, text: '' });
      const entries = (await journal()).slice(before);
      expect(entries).toHaveLength(1);
      expect(entries[0]).toMatchObject({ outcome, event_type_id: eventTypeId });
      expect(entries[0]?.body.toString()).toBe(body);
      if (outcome === 'REFUSED' || outcome === 'UNREADABLE') expect(entries[0]?.reason).toBeTruthy();
    },
  );

  it('are all answered when more come at once than the pool has connections', async () => {
    const body = '{"EventTypeID": 13, "CampaignID": 1, "ChannelID": 999}';
    const answers = await Promise.all(Array.from({ length: 100 }, () => post(listener, body)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });

  it('with a wrong secret or of an unknown connection are refused and not kept', async () => {
    const before = (await journal()).length;
    const wrong = listener.replace(/\/[^/]+\/(event-13)$/, '/wrong/$1');
    expect(wrong).not.toBe(listener);
    expect((await post(wrong, '{}')).status).toBe(404);
    expect(
      (await post(listener.replace(stage.connectionId, '01a20000-0000-7000-8000-000000000000'), '{}')).status,
    ).toBe(404);
    expect((await post(listener.replace(stage.connectionId, 'nonsense'), '{}')).status).toBe(404);
    expect((await journal()).length).toBe(before);
  });

  it('that are larger than 64 KiB are answered too, and their beginning is kept with that fact', async () => {
    const body = `{"EventTypeID": 13, "CampaignID": 1, "ChannelID": 506, "x": "${'x'.repeat(3_000_000)}"}`;
    expect(await post(listener, body)).toEqual({ status: 200, text: '' });
    const last = (await journal()).at(-1);
    expect(last).toMatchObject({ outcome: 'UNREADABLE', reason: expect.stringContaining('larger than 65536 bytes') });
    expect(last?.body.toString()).toBe(body.slice(0, 65_536));
  });

  it.each([';;', 'application/json; charset=', '/', 'no type at all', ''])(
    'are answered whatever they say they are: "%s"',
    async (contentType) => {
      const { hostname, port, pathname } = new URL(listener);
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const headers = { 'content-type': contentType };
        const sent = request({ hostname, port, path: pathname, method: 'POST', headers }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        sent.on('error', reject);
        sent.end(`{"EventTypeID": 3, "TimeStamp": "${timeStamp}"}`);
      });
      expect(status).toBe(200);
      const [last] = await product.database.query<{ outcome: string; content_type: string | null }>(
        'SELECT outcome, content_type FROM callback_journal ORDER BY id DESC LIMIT 1',
      );
      expect(last).toEqual({ outcome: 'NOTED', content_type: contentType });
    },
  );

  it('of a campaign that Optimove does not know make an execution that fails with its reason', async () => {
    await post(listener, `{"EventTypeID": 13, "TimeStamp": "${timeStamp}", "CampaignID": 777, "ChannelID": 506}`);
    const { state, reason } = await completedExecution(product, stage.connectionId);
    expect({ state, reason }).toEqual({ state: 'FAILED', reason: expect.stringContaining('404') });
  });

  it('never led to a message so far', () => {
    expect(received()).toBe(0);
  });

  it('of a disabled connection are kept and start nothing', async () => {
    await mutate(product.graphql, 'disableConnection', 'ConnectionIdInput', 'connection { status }', {
      id: stage.connectionId,
    });
    const refused = await eventually('the api has noticed', async () => {
      await post(listener, `{"EventTypeID": 13, "CampaignID": 778, "ChannelID": 506}`);
      const last = (await journal()).at(-1);
      return last?.outcome === 'REFUSED' ? last : null;
    });
    expect(refused.reason).toContain('disabled');
    await mutate(product.graphql, 'enableConnection', 'ConnectionIdInput', 'connection { status }', {
      id: stage.connectionId,
    });
  });

  describe('lead to the whole audience although Optimove', () => {
    const runWith = async (faults: object, count = 90) => {
      const name = `Trouble ${Math.random()}`;
      const own = await stageCampaign(product, { content, name, connection: { pageSize: 40 } });
      const campaign = await planWithPeople(product, own, { count, seed: 11 });
      await product.control('PUT', `/tenants/${own.tenant.id}/faults`, faults);
      await runAtOptimove(product, own, campaign.id);
      return completedExecution(product, own.connectionId);
    };
    const everybody = { state: 'COMPLETED', reason: null, sent: 90 };
    const outcome = ({ state, reason, funnel }: Awaited<ReturnType<typeof completedExecution>>) => ({
      state,
      reason,
      sent: countOf(funnel, 'SENT'),
    });

    it.each([
      ['is away for a moment', { rules: [{ kind: '503', route: 'GetCustomerSendDetails', times: 2 }] }],
      ['says that there were too many calls', { rules: [{ kind: '429', route: 'GetCustomerSendDetails', times: 2 }] }],
      ['cuts a page off', { rules: [{ kind: 'truncated-page', route: 'GetCustomerSendDetails', times: 1 }] }],
      ['gives fewer rows than asked for', { rules: [{ kind: 'short-page', times: 2 }] }],
      ['calls twice and in the wrong order', { rules: [], callbacks: { duplicate: true, reorder: true } }],
    ])('%s', async (_name, faults) => {
      expect(outcome(await runWith(faults))).toEqual(everybody);
    });

    it.each([
      [
        'answers 200 with an error as text',
        { rules: [{ kind: 'string-body', route: 'GetCustomerSendDetails' }] },
        'Something went wrong',
      ],
      ['does not page', { rules: [{ kind: 'ignore-skip' }] }, 'again'],
    ])('fails with a reason where Optimove %s', async (_name, faults, reason) => {
      const before = received();
      const execution = await runWith(faults);
      expect(execution).toMatchObject({ state: 'FAILED', reason: expect.stringContaining(reason) });
      expect(received()).toBe(before);
    });
  });

  it('of an account that joins values in one text work as well', async () => {
    const own = await stageCampaign(product, { content, name: 'Joined', tenant: { joinsAttributes: true } });
    const campaign = await planWithPeople(product, own, { count: 20, seed: 12 });
    await runAtOptimove(product, own, campaign.id);
    const { state, funnel } = await completedExecution(product, own.connectionId);
    expect({ state, sent: countOf(funnel, 'SENT') }).toEqual({ state: 'COMPLETED', sent: 20 });
    const [last] = product.farEnds.inbox.report(1).mobilePush.last;
    expect(JSON.stringify(last)).toMatch(/Hello Player \d+/);
  });

  it('are sent when they are due and not before', async () => {
    const own = await stageCampaign(product, { content, name: 'Later' });
    const due = new Date(Date.now() + 8_000);
    const scheduled = due.toISOString().slice(0, 19).replace('T', ' ');
    const campaign = await planWithPeople(product, own, { count: 30, seed: 13 }, scheduled);
    await runAtOptimove(product, own, campaign.id);
    const { id, funnel } = await completedExecution(product, own.connectionId);
    expect(countOf(funnel, 'SENT')).toBe(30);
    const [first] = await product.database.query<{ at: Date }>(
      'SELECT min(claimed_at) AS at FROM delivery WHERE execution_id = $1',
      [id],
    );
    expect(first?.at.getTime()).toBeGreaterThanOrEqual(Date.parse(`${scheduled.replace(' ', 'T')}Z`));
  });

  it('that name a template which is not ours end its customers with that reason', async () => {
    const own = await stageCampaign(product, { content, name: 'Foreign' });
    const campaign = await planWithPeople(product, { ...own, templateId: '12345' }, { count: 10, seed: 14 });
    await runAtOptimove(product, own, campaign.id);
    const { state, funnel } = await completedExecution(product, own.connectionId);
    expect({ state, unknown: countOf(funnel, 'TEMPLATE_UNKNOWN') }).toEqual({ state: 'COMPLETED', unknown: 10 });
  });

  it('keep the content that was live when they came, whatever is withdrawn later', async () => {
    const own = await stageCampaign(product, { content, name: 'Withdrawn' });
    const due = new Date(Date.now() + 6_000).toISOString().slice(0, 19).replace('T', ' ');
    const campaign = await planWithPeople(product, own, { count: 10, seed: 15 }, due);
    await runAtOptimove(product, own, campaign.id);
    const withdrawn = await tryMutation(
      product.graphql,
      'withdrawCampaign',
      'WithdrawCampaignInput',
      'campaign { status }',
      { id: own.campaignId },
    );
    expect(withdrawn.userErrors).toEqual([]);
    await eventually('the template is gone at Optimove', async () => {
      const templates = await product.control<unknown[]>('GET', `/tenants/${own.tenant.id}/templates`);
      return templates.length === 0;
    });
    const { funnel } = await completedExecution(product, own.connectionId);
    expect(countOf(funnel, 'SENT')).toBe(10);
  });
});
