import { type Box, openBox } from './box';

describe('the Optimove API of the sandbox', () => {
  let box: Box;

  beforeAll(async () => {
    box = await openBox();
  });
  afterAll(() => box.close());

  it.each(['/general/GetLastDataUpdate', '/current/general/GetLastDataUpdate', '/v3.0/GENERAL/getlastdataupdate'])(
    'answers under every prefix and in any case: %s',
    async (path) => {
      expect(await box.call('GET', path)).toMatchObject({
        status: 200,
        json: { Date: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/) },
      });
    },
  );

  it('refuses without a key, with a wrong key, an unknown function and a wrong method, as JSON strings', async () => {
    expect(await box.call('GET', '/current/general/GetLastDataUpdate', undefined, {})).toMatchObject({
      status: 401,
      json: 'Unauthorized',
    });
    expect(await box.call('GET', '/general/GetLastDataUpdate', undefined, { 'x-api-key': 'wrong' })).toMatchObject({
      status: 401,
    });
    expect(await box.call('GET', '/current/general/Nothing')).toMatchObject({ status: 404, json: 'Not Found' });
    expect(await box.call('POST', '/current/general/GetLastDataUpdate', {})).toMatchObject({
      status: 405,
      json: 'Method Not Allowed',
    });
  });

  it('lets old clients log in, and refuses an expired token', async () => {
    const { username, password } = box.account.login;
    const login = await box.call('POST', '/current/general/login', { Username: username, Password: password }, {});
    expect(login).toMatchObject({ status: 200, json: expect.any(String) });
    const token = { 'Authorization-Token': String(login.json) };
    expect(await box.call('GET', '/current/actions/GetExecutionChannels', undefined, token)).toMatchObject({
      status: 200,
    });
    expect(
      await box.call('GET', '/current/actions/GetExecutionChannels', undefined, { 'Authorization-Token': 'old' }),
    ).toMatchObject({
      status: 403,
      json: 'Authorization-Token Expired',
    });
    expect(await box.call('POST', '/current/general/login', { Username: username, Password: 'no' }, {})).toMatchObject({
      status: 500,
    });
  });

  it('lists channels with the live spelling of the key', async () => {
    const { json } = await box.call('GET', '/current/actions/GetExecutionChannels');
    expect(json).toContainEqual({ ChannelId: 506, ChannelName: 'Xtremepush' });
    expect(json).toContainEqual({ ChannelId: 444, ChannelName: 'Xtremepush SMS' });
  });

  it('keeps one listener per event and channel, and takes encoded addresses of old clients', async () => {
    const register = (body: object) => box.call('POST', '/current/general/RegisterEventListener', body);
    expect(await register({ EventTypeID: 13, ListenerURL: 'https://example.com/a', ChannelID: 506 })).toMatchObject({
      status: 200,
      text: '',
    });
    await register({ EventTypeID: 13, ListenerURL: 'https%3A%2F%2Fexample.com%2Fb', ChannelID: 506 });
    await register({ EventTypeID: 3, ListenerURL: 'https://example.com/daily' });
    expect((await box.call('GET', '/current/general/GetRegisteredEventListeners')).json).toEqual([
      { EventTypeID: 13, ListenerURL: 'https://example.com/b', ChannelID: 506 },
      { EventTypeID: 3, ListenerURL: 'https://example.com/daily' },
    ]);
    expect(
      await box.call('POST', '/current/general/UnRegisterEventListener', { EventTypeID: 13, ChannelID: 506 }),
    ).toMatchObject({ status: 200 });
    expect(
      await box.call('POST', '/current/general/UnregisterEventListener', { EventTypeID: 13, ChannelID: 506 }),
    ).toMatchObject({ status: 404 });
  });

  it.each([
    [{ EventTypeID: 99, ListenerURL: 'https://example.com/' }, 'EventTypeID'],
    [{ EventTypeID: 13, ListenerURL: '' }, 'ListenerURL'],
    [{ EventTypeID: 13, ListenerURL: 'https://example.com/', ChannelID: 9 }, 'ChannelID'],
    [{ EventTypeID: 5, ListenerURL: 'https://example.com/', ChannelID: 506 }, 'ChannelID'],
  ])('refuses the listener %j and names the field', async (body, field) => {
    expect(await box.call('POST', '/current/general/RegisterEventListener', body)).toMatchObject({
      status: 400,
      json: expect.stringContaining(field),
    });
  });

  it('adds, renames, lists and removes templates, at most 100 a call', async () => {
    const add = (templates: object[]) =>
      box.call('POST', '/current/integrations/AddChannelTemplates?ChannelID=506', templates);
    expect(await add([{ TemplateID: 7731, TemplateName: 'Spring push', AppID: 'app-9' }])).toMatchObject({
      status: 200,
      text: '',
    });
    await add([{ TemplateID: 7731, TemplateName: 'Summer push' }]);
    expect((await box.call('GET', '/current/integrations/GetChannelTemplates?channelid=506')).json).toEqual([
      { TemplateID: 7731, TemplateName: 'Summer push' },
    ]);
    const many = Array.from({ length: 101 }, (_, index) => ({ TemplateID: index, TemplateName: `T${index}` }));
    expect(await add(many)).toMatchObject({ status: 400 });
    expect(await add([{ TemplateID: 'x', TemplateName: 'Y' }])).toMatchObject({
      status: 400,
      json: expect.stringContaining('TemplateID'),
    });
    await box.call('POST', '/current/integrations/DeleteChannelTemplates', [{ ChannelID: 506, TemplateID: 7731 }]);
    expect((await box.call('GET', '/current/integrations/GetChannelTemplates?ChannelID=506')).json).toEqual([]);
  });

  it('keeps the last and the sum of posted metrics, at most 100 a call', async () => {
    const row = { ChannelID: 506, CampaignID: 20417, TemplateID: 7731, MetricID: 0, MetricValue: 925 };
    expect(await box.call('POST', '/current/integrations/UpdateCampaignMetrics', [row])).toMatchObject({ status: 200 });
    await box.call('POST', '/current/integrations/UpdateCampaignMetrics', [{ ...row, MetricValue: 930 }]);
    expect(await box.control('GET', `/tenants/${box.account.id}/metrics`)).toEqual([
      { channelId: 506, campaignId: 20417, templateId: 7731, metricId: 0, value: 930, sum: 1855, posts: 2 },
    ]);
    expect(await box.call('POST', '/current/integrations/UpdateCampaignMetrics', Array(101).fill(row))).toMatchObject({
      status: 400,
    });
    expect(await box.call('POST', '/current/integrations/UpdateCampaignMetrics', [[row]])).toMatchObject({
      status: 400,
    });
  });

  it('keeps interactions and preferences, with their own limits', async () => {
    const interaction = {
      CampaignID: 20417,
      ChannelID: 506,
      InteractionDate: '2026-05-04',
      TemplateID: 7731,
      EventID: 2,
    };
    const post = (name: string, body: object) => box.call('POST', `/current/integrations/${name}`, body);
    expect(await post('UpdateCampaignInteractions', { ...interaction, CustomerIDs: ['A8272'] })).toMatchObject({
      status: 200,
    });
    expect(
      await post('UpdateCampaignInteractions', { ...interaction, CustomerIDs: Array(10_001).fill('A') }),
    ).toMatchObject({ status: 400 });
    expect(
      await post('UpdateCampaignInteractions', { ...interaction, InteractionDate: 'today', CustomerIDs: ['A'] }),
    ).toMatchObject({ status: 400 });
    const preference = { ChannelID: 444, CustomerIDs: ['A8272', 'A9165'], CommunicationMode: 2, AppID: null };
    expect(await post('SetCustomerChannelPreference', preference)).toMatchObject({ status: 200, text: '' });
    expect(await post('SetCustomerChannelPreference', { ...preference, CustomerIDs: [] })).toMatchObject({
      status: 400,
    });
    expect(await box.control('GET', `/tenants/${box.account.id}/preferences`)).toEqual([preference]);
    expect(await box.control('GET', `/tenants/${box.account.id}/interactions`)).toHaveLength(1);
  });

  it('limits the calls of a key in 10 seconds with the documented body', async () => {
    const small = await openBox({}, { ratePer10s: 3 });
    const answers = [];
    for (let call = 0; call < 4; call += 1) answers.push(await small.call('GET', '/current/general/GetLastDataUpdate'));
    await small.close();
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(answers[3]?.json).toEqual({ status: 429, error: 'Too Many Requests', message: expect.any(String) });
  });
});
