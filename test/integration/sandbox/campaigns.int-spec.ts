import { type Box, type Ear, openBox, openEar } from './box';

describe('campaigns of the sandbox', () => {
  let box: Box;
  let ear: Ear;

  const plan = (input: object = {}) =>
    box.control<{ id: string; announced: number; expected: Record<string, number> }>(
      'POST',
      `/tenants/${box.account.id}/campaigns`,
      {
        channelId: 506,
        templateIds: [7731],
        customers: { count: 25, seed: 2 },
        scheduledTime: '2026-05-04 16:00:00',
        ...input,
      },
    );
  const run = (id: string) => box.control('POST', `/tenants/${box.account.id}/campaigns/${id}/run`, {});
  const recipients = (id: string, rest = '') =>
    box.call('GET', `/current/customers/GetCustomerSendDetailsByChannel?CampaignID=${id}&ChannelID=506${rest}`);

  beforeEach(async () => {
    ear = await openEar();
    box = await openBox({ pages: { usual: 10, most: 10 } });
  });
  afterEach(async () => {
    await box.close();
    await ear.close();
  });

  it('are hidden until they are executed', async () => {
    const { id } = await plan();
    expect(await recipients(id)).toMatchObject({ status: 404 });
    await run(id);
    const today = new Date().toISOString().slice(0, 10);
    expect(
      (await box.call('GET', `/current/actions/GetExecutedCampaignsByChannel?ChannelID=506&Date=${today}`)).json,
    ).toEqual([{ CampaignID: Number(id) }]);
    expect(
      (await box.call('GET', `/current/actions/GetExecutedCampaignChannelDetails?CampaignID=${id}&ChannelID=506`)).json,
    ).toEqual([{ ListID: 1, SendID: '', TemplateID: 7731, ScheduledTime: '2026-05-04 16:00:00' }]);
    expect((await box.call('GET', `/current/actions/GetCampaignDetails?CampaignID=${id}`)).json).toMatchObject({
      Status: 'Successful',
    });
  });

  it('page their recipients, cap what is asked for and end with an empty list', async () => {
    const { id } = await plan();
    await run(id);
    const pages = await Promise.all([0, 10, 20, 30].map((skip) => recipients(id, `&$top=20000&%24skip=${skip}`)));
    const rows = pages.map(({ json }) => json as { CustomerID: string }[]);
    expect(rows.map(({ length }) => length)).toEqual([10, 10, 5, 0]);
    expect(new Set(rows.flat().map(({ CustomerID }) => CustomerID)).size).toBe(25);
    expect((await recipients(id, '&$top=20000&$skip=10')).json).toEqual(rows[1]);
  });

  it('give values in the order asked for, joined where the account is an old one', async () => {
    const { id } = await plan();
    await run(id);
    const { json } = await recipients(id, '&CustomerAttributes=BonusAmount;FirstName&$top=1');
    expect(json).toEqual([
      expect.objectContaining({ CustomerAttributes: [expect.stringMatching(/^\d+$/), 'Player 0'], TemplateID: 7731 }),
    ]);
    expect(await recipients(id, '&CustomerAttributes=Nothing')).toMatchObject({
      status: 400,
      json: expect.stringContaining('Nothing'),
    });
    const old = await openBox({}, { joinsAttributes: true });
    const path = `/tenants/${old.account.id}/campaigns`;
    const campaign = await old.control<{ id: string }>('POST', path, {
      channelId: 506,
      templateIds: [1],
      customers: { count: 1 },
    });
    await old.control('POST', `${path}/${campaign.id}/run`, {});
    const answer = await old.call(
      'GET',
      `/customers/GetCustomerSendDetailsByChannel?CampaignID=${campaign.id}&ChannelID=506&CustomerAttributes=FirstName,BonusAmount&CustomerAttributesDelimiter=,`,
    );
    await old.close();
    expect(answer.json).toEqual([
      expect.objectContaining({ CustomerAttribute: expect.stringMatching(/^Player 0,\d+$/) }),
    ]);
  });

  it('offer the older recipient call with its own spellings', async () => {
    const { id } = await plan();
    await run(id);
    const { json } = await box.call(
      'GET',
      `/current/customers/GetCustomerExecutionDetailsByCampaign?CampaignID=${id}&ChannelID=506&$top=1`,
    );
    expect(json).toEqual([
      expect.objectContaining({
        ScheduleTime: '2026-05-04 16:00:00',
        PromoCode: 'WB23,NV10',
        ChannelID: 506,
        ActionID: 12,
      }),
    ]);
  });

  it('hold what was ordered, and their files hold everybody but the unmatched', async () => {
    const mix = { unmatched: 0.2, noDevice: 0.2, badNumber: 0.2, duplicate: 0.1, malformed: 0.04 };
    const { id, announced, expected } = await plan({ customers: { count: 100, seed: 5, mix } });
    await run(id);
    expect(expected).toMatchObject({ rows: 114, customers: 100, duplicates: 10, malformed: 4 });
    expect(announced).toBe(114);
    const folder = `${box.sandbox.url}/control/tenants/${box.account.id}/campaigns/${id}`;
    const lines = async (file: string) =>
      (await (await fetch(`${folder}/${file}`)).text()).trim().split('\n').length - 1;
    expect(await lines('profiles.csv')).toBe(100 - (expected.unmatched ?? 0));
    expect(await lines('devices.csv')).toBe(100 - (expected.unmatched ?? 0) - (expected.noDevice ?? 0));
  });

  it('say in their files who wants what, and numbers only on request', async () => {
    const file = async (seed: number, mix: object, name: string) => {
      const { id } = await plan({ customers: { count: 1, seed, mix } });
      const path = `${box.sandbox.url}/control/tenants/${box.account.id}/campaigns/${id}/${name}`;
      return (await (await fetch(path)).text()).split('\n');
    };
    expect(await file(1, {}, 'profiles.csv')).toEqual([
      'userId,email,emailSubscription,smsSubscription,first_name',
      'A10000000,a10000000@example.com,SUBSCRIBED,SUBSCRIBED,Player 0',
      '',
    ]);
    expect(await file(1, { notSet: 1 }, 'profiles.csv?mobileNumber=true')).toEqual([
      'userId,email,mobileNumber,emailSubscription,smsSubscription,first_name',
      'A10000000,a10000000@example.com,447100000001,NOT_SET,NOT_SET,Player 0',
      '',
    ]);
    expect((await file(1, { badNumber: 1 }, 'profiles.csv?mobileNumber=true'))[1]).toContain('.com,,SUBSCRIBED');
    expect((await file(1, { emailUnsubscribed: 1 }, 'profiles.csv'))[1]).toContain('UNSUBSCRIBED,SUBSCRIBED');
    expect((await file(1, { pushUnsubscribed: 1 }, 'devices.csv'))[1]).toMatch(/^A10000000,token-.*,UNSUBSCRIBED$/);
  });

  it('are listed with their state for whoever ordered them', async () => {
    const { id } = await plan();
    await run(id);
    expect(await box.control('GET', `/tenants/${box.account.id}/campaigns`)).toEqual([
      expect.objectContaining({ id, state: 'EXECUTED', announced: 25, scheduledTimes: ['2026-05-04 16:00:00'] }),
    ]);
  });

  it('call the listeners with the documented bodies: 1 and 13 when executed, 4 when cancelled, 11 when triggered', async () => {
    for (const [EventTypeID, ChannelID] of [[1], [13, 506], [13, 510], [4, 506], [11, 506]]) {
      await box.call('POST', '/current/general/RegisterEventListener', {
        EventTypeID,
        ListenerURL: `${ear.url}/${EventTypeID}/${ChannelID}`,
        ...(ChannelID ? { ChannelID } : {}),
      });
    }
    const { id } = await plan();
    await run(id);
    await box.control('POST', `/tenants/${box.account.id}/campaigns/${id}/cancel`, {});
    await box.control('POST', `/tenants/${box.account.id}/trigger`, {
      channelId: 506,
      templateId: 7731,
      customerIds: ['A8272'],
      extra: { promoCode: ['WB23'] },
    });
    const time = expect.stringMatching(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/);
    expect(ear.heard).toEqual([
      { path: '/1/undefined', body: { EventTypeID: 1, TimeStamp: time, CampaignID: Number(id) } },
      { path: '/13/506', body: { EventTypeID: 13, TimeStamp: time, CampaignID: Number(id), ChannelID: 506 } },
      { path: '/4/506', body: { EventTypeID: 4, TimeStamp: time, CampaignID: Number(id) } },
      {
        path: '/11/506',
        body: {
          eventTypeID: 11,
          timeStamp: time,
          customerID: 'A8272',
          campaignID: 'b1f09',
          channelID: 506,
          templateID: 7731,
          promoCode: ['WB23'],
        },
      },
    ]);
  });

  it('go wrong as told', async () => {
    const fault = (rules: object[], callbacks: object = {}) =>
      box.control('PUT', `/tenants/${box.account.id}/faults`, { rules, callbacks });
    await box.call('POST', '/current/general/RegisterEventListener', { EventTypeID: 13, ListenerURL: ear.url });
    const { id } = await plan();
    await fault([], { silent: true });
    await run(id);
    expect(ear.heard).toHaveLength(0);
    await fault([], { duplicate: true });
    await run(id);
    expect(ear.heard).toHaveLength(2);
    await fault([
      { kind: '503', times: 1 },
      { kind: '429', times: 1 },
      { kind: '401', times: 1 },
      { kind: 'string-body', times: 1 },
    ]);
    const answers = [];
    for (let call = 0; call < 5; call += 1) answers.push(await recipients(id));
    expect(answers.map(({ status }) => status)).toEqual([503, 429, 401, 200, 200]);
    expect(answers[3]?.json).toEqual(expect.any(String));
    await fault([
      { kind: 'truncated-page', times: 1 },
      { kind: 'ignore-skip', times: 1 },
      { kind: 'short-page', times: 1 },
    ]);
    expect((await recipients(id)).json).toBeUndefined();
    expect(await box.control('GET', `/tenants/${box.account.id}/calls`)).toContainEqual(
      expect.objectContaining({
        method: 'GET',
        status: 200,
        path: expect.stringContaining('GetCustomerSendDetailsByChannel'),
      }),
    );
    await expect(fault([{ kind: 'nonsense' }])).rejects.toThrow('kind must be one of');
  });
});
