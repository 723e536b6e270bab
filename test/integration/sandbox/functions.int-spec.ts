import { type Box, openBox } from './box';

describe('functions of the Optimove API', () => {
  let box: Box;
  let id: string;

  beforeAll(async () => {
    box = await openBox();
    const path = `/tenants/${box.account.id}/campaigns`;
    const campaign = await box.control<{ id: string }>('POST', path, {
      channelId: 506,
      templateIds: [7731, 7732],
      customers: { count: 12, seed: 3 },
      scheduledTime: { from: '2026-05-04T16:00:00Z', to: '2026-05-04T18:00:00+01:00', steps: 3 },
    });
    id = campaign.id;
    await box.control('POST', `${path}/${id}/run`, {});
  });
  afterAll(() => box.close());

  const get = (path: string, headers?: Record<string, string>) =>
    box.call('GET', `/current/${path.replace('%ID', id)}`, undefined, headers);

  it('name every template and time of a campaign on its channel', async () => {
    const { json } = await get('actions/GetExecutedCampaignChannelDetails?CampaignID=%ID&ChannelID=506');
    const sends = json as { TemplateID: number; ScheduledTime: string }[];
    expect(sends).toHaveLength(6);
    expect(new Set(sends.map(({ ScheduledTime }) => ScheduledTime))).toEqual(
      new Set(['2026-05-04 16:00:00', '2026-05-04 16:30:00', '2026-05-04 17:00:00']),
    );
    const list = await get('customers/GetCustomerSendDetailsByChannel?CampaignID=%ID&ChannelID=506');
    const pairs = (list.json as typeof sends).map(({ TemplateID, ScheduledTime }) => `${TemplateID} ${ScheduledTime}`);
    expect(new Set(pairs)).toEqual(new Set(sends.map((send) => `${send.TemplateID} ${send.ScheduledTime}`)));
  });

  it.each([
    ['actions/GetExecutedCampaignChannelDetails?CampaignID=%ID&ChannelID=510'],
    ['customers/GetCustomerSendDetailsByChannel?CampaignID=%ID&ChannelID=510'],
    ['customers/GetCustomerSendDetailsByChannel?CampaignID=%ID&ChannelID=506&$skip=12'],
    ['actions/GetExecutedCampaignsByChannel?ChannelID=506&Date=2020-01-01'],
  ])('answer an empty list where there is nothing: %s', async (path) => {
    expect(await get(path)).toMatchObject({ status: 200, json: [] });
  });

  it.each([
    ['actions/GetCampaignDetails', 'CampaignID'],
    ['actions/GetCampaignDetails?CampaignID=b1f09', 'CampaignID'],
    ['actions/GetExecutedCampaignsByChannel?ChannelID=506&Date=04.05.2026', 'Date'],
    ['customers/GetCustomerSendDetailsByChannel?CampaignID=%ID', 'ChannelID'],
    ['customers/GetCustomerSendDetailsByChannel?CampaignID=%ID&ChannelID=506&$top=many', '$top'],
    [
      'customers/GetCustomerSendDetailsByChannel?CampaignID=%ID&ChannelID=506&CustomerAttributesDelimiter=%26',
      'Delimiter',
    ],
    ['integrations/GetChannelTemplates?ChannelID=9', 'ChannelID'],
  ])('refuse %s and name the parameter', async (path, name) => {
    expect(await get(path)).toMatchObject({ status: 400, json: expect.stringContaining(name) });
  });

  it('read names of attributes in any case', async () => {
    const { json } = await get(
      'customers/GetCustomerSendDetailsByChannel?campaignid=%ID&CHANNELID=506&customerattributes=USERID&$top=1',
    );
    expect(json).toEqual([expect.objectContaining({ CustomerAttributes: ['A30000000'] })]);
  });

  it('list sends by campaign, one-time actions and the attributes of an account and of a customer', async () => {
    expect(
      (await get('customers/GetCustomerSendDetailsByCampaign?CampaignID=%ID&IncludeTemplateIDs=true&$top=1')).json,
    ).toEqual([
      { CustomerID: 'A30000000', ChannelID: 506, ScheduledTime: '2026-05-04 16:00:00', SendID: '', TemplateID: 7731 },
    ]);
    expect(
      (await get('customers/GetCustomerOneTimeActionsByCampaign?CampaignID=%ID&CustomerAttributes=FirstName&$top=1'))
        .json,
    ).toEqual([
      { CustomerID: 'A30000000', RecipientGroupID: 1, ActionID: 12, ChannelID: 506, CustomerAttributes: ['Player 0'] },
    ]);
    expect((await get('model/GetCustomerAttributeList')).json).toContainEqual({
      RealFieldName: 'FavouriteGame',
      Description: 'FavouriteGame',
    });
    expect((await get('Customers/A30000004/Attributes')).json).toContainEqual(
      expect.objectContaining({ RealFieldName: 'UserId', Value: 'A30000004' }),
    );
    expect(await get('customers/A39999999/attributes')).toMatchObject({ status: 404 });
  });

  it('list the campaigns of a day with their details', async () => {
    const today = new Date().toISOString().slice(0, 10);
    expect((await get(`actions/GetExecutedCampaignDetails?Date=${today}`)).json).toEqual([
      expect.objectContaining({ CampaignID: Number(id), Status: 'Successful', Channels: [{ Id: 506 }] }),
    ]);
  });

  it('keep the vendor from what its key may not call', async () => {
    const vendor = await openBox({}, { access: 'INTEGRATIONS' });
    const ask = async (path: string) => (await vendor.call('GET', `/current/${path}`)).status;
    const statuses = {
      channels: await ask('actions/GetExecutionChannels'),
      attributes: await ask('model/GetCustomerAttributeList'),
      customer: await ask('customers/A8272/Attributes'),
      templates: await ask('integrations/GetChannelTemplates?ChannelID=506'),
      listeners: await ask('general/GetRegisteredEventListeners'),
    };
    await vendor.close();
    expect(statuses).toEqual({ channels: 403, attributes: 403, customer: 403, templates: 200, listeners: 200 });
  });

  it('let old clients log in once a second only, by POST', async () => {
    const { username, password } = box.account.login;
    const logIn = () => box.call('POST', '/current/general/login', { Username: username, Password: password }, {});
    expect([await logIn(), await logIn()].map(({ status }) => status)).toEqual([200, 429]);
    expect(await get('general/login', {})).toMatchObject({ status: 405, json: 'Method Not Allowed' });
  });

  it('add and remove apps of a channel', async () => {
    const add = (apps: object[]) => box.call('POST', '/current/integrations/AddChannelApps?ChannelID=506', apps);
    expect(await add([{ AppID: 'app-9', AppName: 'Casino iOS' }])).toMatchObject({ status: 200, text: '' });
    expect(await add([{ AppID: 'app-9' }])).toMatchObject({ status: 400, json: expect.stringContaining('AppName') });
    const apps = () => box.control('GET', `/tenants/${box.account.id}/apps`);
    expect(await apps()).toEqual([{ channelId: 506, appId: 'app-9', appName: 'Casino iOS' }]);
    await box.call('POST', '/current/integrations/DeleteChannelApps', [{ ChannelID: 506, AppID: 'app-9' }]);
    expect(await apps()).toEqual([]);
  });

  it('give the details of a template', async () => {
    await box.call('POST', '/current/integrations/AddChannelTemplates?ChannelID=506', [
      { TemplateID: 7731, TemplateName: 'Spring push', AppID: null },
    ]);
    expect((await get('integrations/GetChannelTemplateDetails?ChannelID=506&TemplateID=7731')).json).toEqual([
      { TemplateID: 7731, TemplateName: 'Spring push', TemplateContent: '', TemplateAttributes: [] },
    ]);
  });

  it.each([
    [
      'UpdateCampaignMetrics',
      [{ ChannelID: 506, CampaignID: 1, TemplateID: 1, MetricID: 7, MetricValue: 1 }],
      'MetricID',
    ],
    [
      'UpdateCampaignMetrics',
      [{ ChannelID: 9, CampaignID: 1, TemplateID: 1, MetricID: 0, MetricValue: 1 }],
      'ChannelID',
    ],
    ['UpdateCampaignMetrics', [{ ChannelID: 506, CampaignID: 1, TemplateID: 1, MetricID: 0 }], 'MetricValue'],
    ['UpdateCampaignMetrics', [], 'list'],
    [
      'UpdateCampaignInteractions',
      { CampaignID: 1, ChannelID: 506, TemplateID: 1, EventID: 9, InteractionDate: '2026-05-04', CustomerIDs: ['A'] },
      'EventID',
    ],
    ['SetCustomerChannelPreference', { ChannelID: 444, CustomerIDs: [7], CommunicationMode: 2 }, 'CustomerIDs'],
    ['SetCustomerChannelPreference', { ChannelID: 444, CustomerIDs: ['A'] }, 'CommunicationMode'],
  ])('refuse the report %s %j and name the field', async (name, body, field) => {
    expect(await box.call('POST', `/current/integrations/${name}`, body)).toMatchObject({
      status: 400,
      json: expect.stringContaining(field),
    });
  });

  it('store nothing of a refused list', async () => {
    const good = { ChannelID: 506, CampaignID: 5, TemplateID: 5, MetricID: 0, MetricValue: 1 };
    await box.call('POST', '/current/integrations/UpdateCampaignMetrics', [good, { ...good, MetricID: 99 }]);
    expect(await box.control('GET', `/tenants/${box.account.id}/metrics`)).toEqual([]);
  });
});
