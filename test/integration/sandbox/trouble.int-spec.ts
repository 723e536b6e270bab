import { eventually } from '../../support/eventually';
import { type Box, type Ear, openBox, openEar } from './box';

interface Call {
  at: string;
  path: string;
  query: Record<string, string>;
  status: number | null;
}

describe('trouble on purpose', () => {
  let box: Box;
  let ear: Ear;
  let id: string;

  const own = () => `/tenants/${box.account.id}`;
  const trouble = (rules: object[], callbacks: object = {}) =>
    box.control('PUT', `${own()}/faults`, { rules, callbacks });
  const details = () => box.call('GET', `/current/actions/GetCampaignDetails?CampaignID=${id}`);
  const recipients = (rest = '') =>
    box.call('GET', `/current/customers/GetCustomerSendDetailsByChannel?CampaignID=${id}&ChannelID=506${rest}`);
  const run = () => box.control<{ callbacks: { status: number | null }[] }>('POST', `${own()}/campaigns/${id}/run`, {});
  const calls = () => box.control<Call[]>('GET', `${own()}/calls`);

  beforeEach(async () => {
    ear = await openEar();
    box = await openBox({ pages: { usual: 9, most: 9 } });
    const order = { channelId: 506, templateIds: [7731], customers: { count: 20, seed: 2 } };
    id = (await box.control<{ id: string }>('POST', `${own()}/campaigns`, order)).id;
    await run();
  });
  afterEach(async () => {
    await box.close();
    await ear.close();
  });

  it.each([
    ['401', 401, 'Unauthorized'],
    ['429', 429, { status: 429, error: 'Too Many Requests', message: expect.any(String) }],
    ['500', 500, 'Internal Server Error'],
    ['503', 503, 'Service Unavailable'],
    ['string-body', 200, expect.any(String)],
  ])('answers %s as often as told, then well', async (kind, status, json) => {
    await trouble([{ kind, times: 2 }]);
    expect(await details()).toMatchObject({ status, json });
    expect(await details()).toMatchObject({ status, json });
    expect(await details()).toMatchObject({ status: 200, json: { Status: 'Successful' } });
  });

  it('hits the function it names, under any prefix and in any case, and no other', async () => {
    await trouble([{ kind: '503', route: 'getcustomersenddetails' }]);
    expect((await details()).status).toBe(200);
    expect((await recipients()).status).toBe(503);
    expect(
      (await box.call('GET', `/v3.0/CUSTOMERS/GETCUSTOMERSENDDETAILSBYCHANNEL?CampaignID=${id}&ChannelID=506`)).status,
    ).toBe(503);
  });

  it('cuts, shortens and repeats pages of the function it names', async () => {
    const route = 'GetCustomerSendDetailsByChannel';
    await trouble([{ kind: 'truncated-page', route, times: 1 }]);
    expect(await recipients()).toMatchObject({ status: 200, json: undefined });
    await trouble([{ kind: 'short-page', route, times: 1 }]);
    expect((await recipients()).json).toHaveLength(3);
    const first = (await recipients()).json;
    await trouble([{ kind: 'ignore-skip', route }]);
    expect((await recipients('&$skip=9')).json).toEqual(first);
    await trouble([]);
    expect((await recipients('&$skip=9')).json).not.toEqual(first);
  });

  it('answers late, or not at all', async () => {
    await trouble([{ kind: 'slow', delayMs: 300, times: 1 }]);
    const began = performance.now();
    expect((await details()).status).toBe(200);
    expect(performance.now() - began).toBeGreaterThanOrEqual(290);
    await trouble([{ kind: 'hang', times: 1 }]);
    await expect(
      fetch(`${box.sandbox.url}/current/general/GetLastDataUpdate`, {
        headers: { 'X-API-KEY': box.account.apiToken },
        signal: AbortSignal.timeout(200),
      }),
    ).rejects.toThrow(/abort|timeout/i);
  });

  it('logs calls on arrival, in order, with what they asked for and were answered', async () => {
    await recipients('&$top=5');
    await trouble([{ kind: 'slow', delayMs: 150, times: 1 }]);
    const late = details();
    await eventually('the slow call is logged before its answer', async () => (await calls()).length === 2);
    expect((await calls()).map(({ status }) => status)).toEqual([200, null]);
    await late;
    const log = await eventually('its status follows', async () => {
      const now = await calls();
      return now[1]?.status === 200 && now;
    });
    expect(log[0]).toMatchObject({
      path: '/current/customers/GetCustomerSendDetailsByChannel',
      query: { campaignid: id, channelid: '506', $top: '5' },
    });
    expect(Date.parse(log[0]?.at ?? '')).toBeLessThanOrEqual(Date.parse(log[1]?.at ?? ''));
  });

  describe('with callbacks', () => {
    const register = (EventTypeID: number, ListenerURL = `${ear.url}/${EventTypeID}`) =>
      box.call('POST', '/current/general/RegisterEventListener', { EventTypeID, ListenerURL, ChannelID: 506 });
    const heard = () => ear.heard.map(({ body }) => body.EventTypeID);

    it('sends them doubled, in the wrong order or not at all, as told', async () => {
      await register(1);
      await register(13);
      await run();
      expect(heard()).toEqual([1, 13]);
      await trouble([], { reorder: true });
      await run();
      expect(heard().slice(2)).toEqual([13, 1]);
      await trouble([], { duplicate: true });
      await run();
      expect(heard().slice(4)).toEqual([1, 1, 13, 13]);
      await trouble([], { silent: true });
      expect(await run()).toEqual({ callbacks: [] });
      expect(heard()).toHaveLength(8);
    });

    it('keeps how each was answered, and that one was not', async () => {
      await register(13, 'http://127.0.0.1:1/nobody');
      expect((await run()).callbacks).toEqual([expect.objectContaining({ status: null })]);
      await register(13);
      await run();
      const log = await box.control<{ status: number | null }[]>('GET', `${own()}/callbacks`);
      expect(log.map(({ status }) => status)).toEqual([null, 200]);
    });

    it('triggers customers of a campaign one by one', async () => {
      await register(11);
      await box.control('POST', `${own()}/campaigns/${id}/trigger`, { customers: 2, from: 4, extra: { notes: 'vip' } });
      expect(ear.heard.map(({ body }) => body)).toEqual([
        expect.objectContaining({ eventTypeID: 11, customerID: 'A20000004', campaignID: id, notes: 'vip' }),
        expect.objectContaining({ eventTypeID: 11, customerID: 'A20000005', channelID: 506, templateID: 7731 }),
      ]);
    });

    it('ends the day with events 2 and 3', async () => {
      for (const EventTypeID of [2, 3]) {
        await box.call('POST', '/current/general/RegisterEventListener', { EventTypeID, ListenerURL: ear.url });
      }
      await box.control('POST', `${own()}/daily-process`, {});
      expect(heard()).toEqual([2, 3]);
    });
  });
});
