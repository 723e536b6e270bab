import { createHmac } from 'node:crypto';
import { type Account, type Box, openBox } from './box';

const interaction = {
  CampaignID: 20417,
  ChannelID: 506,
  InteractionDate: '2026-05-04',
  TemplateID: 7731,
  EventID: 2,
  CustomerIDs: ['A8272', 'A9165'],
};

describe('what vendors tell of single customers', () => {
  let box: Box;
  let account: Account & { metricToken: string };
  beforeEach(async () => {
    box = await openBox();
    account = box.account as Account & { metricToken: string };
  });
  afterEach(() => box.close());

  const kept = (list: string) => box.control<object[]>('GET', `/tenants/${account.id}/${list}`);
  const trouble = (kind: string) =>
    box.control('PUT', `/tenants/${account.id}/faults`, { rules: [{ kind, times: 1 }], callbacks: {} });
  const tell = () => box.call('POST', '/current/integrations/UpdateCampaignInteractions', interaction);
  const event = (rest: object = {}) => ({
    event: 'click',
    category: 'metric',
    timestamp: new Date().toISOString(),
    customer: 'A8272',
    context: { CampaignID: 20417 },
    ...rest,
  });
  const save = (body: unknown, signature?: string) => {
    const text = JSON.stringify(body);
    const right = createHmac('sha256', account.metricToken).update(text).digest('hex');
    return fetch(`${box.sandbox.url}/metric-${account.id}/api/saveEvent`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-optimove-signature-version': '1',
        'x-optimove-signature-content': signature ?? right,
      },
      body: text,
    });
  };

  it('is read back by customer, day and channel', async () => {
    await tell();
    const ask = (rest: string) =>
      box.call(
        'GET',
        `/current/customers/GetCustomerChannelInteractions?CustomerID=A8272&StartDate=2026-05-04&${rest}`,
      );
    expect((await ask('EndDate=2026-05-04')).json).toEqual([
      expect.objectContaining({ Date: '2026-05-04', CampaignID: 20417, ChannelID: 506, TemplateID: 7731, EventID: 2 }),
    ]);
    expect((await ask('EndDate=2026-05-04&ChannelID=510')).json).toEqual([]);
    expect((await ask('EndDate=soon')).status).toBe(400);
  });

  it('is kept when the answer is lost', async () => {
    await trouble('lost-answer');
    await expect(tell()).rejects.toThrow('fetch failed');
    expect(await kept('interactions')).toEqual([interaction]);
    await trouble('lost-answer');
    await expect(save([event()])).rejects.toThrow('fetch failed');
    expect(await kept('savedEvents')).toHaveLength(1);
  });

  it('is taken signed, one event or a list', async () => {
    expect((await save(event())).status).toBe(200);
    expect((await save([event(), event({ customer: 'A9165' })])).status).toBe(200);
    expect(await kept('savedEvents')).toMatchObject([{ customer: 'A8272' }, { event: 'click' }, { customer: 'A9165' }]);
  });

  it.each<[string, number, unknown, string | null]>([
    ['a wrong signature', 401, event(), 'f'.repeat(64)],
    ['no signature', 401, event(), ''],
    [
      'an event of eight days ago',
      400,
      event({ timestamp: new Date(Date.now() - 8 * 86_400_000).toISOString() }),
      null,
    ],
    ['another category', 400, event({ category: 'else' }), null],
    ['no customer', 400, [event(), event({ customer: undefined })], null],
  ])('is refused whole for %s', async (_name, status, body, signature: string | null) => {
    expect((await save(body, signature ?? undefined)).status).toBe(status);
    expect(await kept('savedEvents')).toEqual([]);
  });
});
