import { callbackKind, parseCallback } from './callback';

const parse = (body: unknown, kind = 'event-13') =>
  parseCallback({ kind, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) });

const nothing = {
  timeStamp: null,
  campaignId: null,
  channelId: null,
  templateId: null,
  customerId: null,
  promoCodes: [],
  notes: null,
  parameters: {},
};
const timeStamp = '2026-05-04 05:04:54';

describe('a callback body', () => {
  it.each([
    [
      'event 1, its three keys',
      { EventTypeID: 1, TimeStamp: timeStamp, CampaignID: 20417 },
      { eventTypeId: 1, timeStamp, campaignId: '20417' },
    ],
    [
      'event 13, PascalCase',
      { EventTypeID: 13, TimeStamp: timeStamp, CampaignID: 20417, ChannelID: 506 },
      { eventTypeId: 13, timeStamp, campaignId: '20417', channelId: 506 },
    ],
    [
      'event 13, camelCase',
      { eventTypeId: 13, timeStamp, campaignId: 20417, channelId: 506 },
      { eventTypeId: 13, timeStamp, campaignId: '20417', channelId: 506 },
    ],
    [
      'event 13, numbers as texts',
      { EventTypeID: '13', TimeStamp: timeStamp, CampaignID: '20417', ChannelID: '506' },
      { eventTypeId: 13, timeStamp, campaignId: '20417', channelId: 506 },
    ],
    [
      'event 13, type only in the route',
      { CampaignID: 20417, ChannelID: 506 },
      { eventTypeId: 13, campaignId: '20417', channelId: 506 },
    ],
    ['event 2', { EventTypeID: 2, TimeStamp: timeStamp }, { eventTypeId: 2, timeStamp }],
    ['event 3', { EventTypeID: 3, TimeStamp: timeStamp }, { eventTypeId: 3, timeStamp }],
    [
      'event 4',
      { EventTypeID: 4, TimeStamp: timeStamp, CampaignID: 20417 },
      { eventTypeId: 4, timeStamp, campaignId: '20417' },
    ],
    [
      'event 5, with its deadline kept',
      { EventTypeID: 5, CampaignID: 20417, ClearanceRequiredBy: '2026-05-04 08:00:00' },
      { eventTypeId: 5, campaignId: '20417', parameters: { ClearanceRequiredBy: '2026-05-04 08:00:00' } },
    ],
    [
      'event 11, camelCase with letters in the campaign',
      {
        eventTypeID: 11,
        timeStamp,
        customerID: 'A8272',
        campaignID: 'b1f09',
        channelID: 506,
        templateID: 7731,
        promoCode: ['WB23'],
        notes: 'free text of the campaign',
      },
      {
        eventTypeId: 11,
        timeStamp,
        customerId: 'A8272',
        campaignId: 'b1f09',
        channelId: 506,
        templateId: '7731',
        promoCodes: ['WB23'],
        notes: 'free text of the campaign',
      },
    ],
    [
      'event 11, PascalCase with a flattened event parameter',
      { EventTypeID: 11, CampaignID: 9, ChannelID: 506, CustomerID: 'A8272', event_device_type: 'mobile' },
      {
        eventTypeId: 11,
        campaignId: '9',
        channelId: 506,
        customerId: 'A8272',
        parameters: { event_device_type: 'mobile' },
      },
    ],
    [
      'event 11, notes that hold JSON stay text',
      { eventTypeID: 11, notes: '{"offer": 1}' },
      { eventTypeId: 11, notes: '{"offer": 1}' },
    ],
    ['one promo code as a text', { EventTypeID: 11, promoCode: 'WB23' }, { eventTypeId: 11, promoCodes: ['WB23'] }],
    ['no promo code', { EventTypeID: 11, promoCode: null }, { eventTypeId: 11 }],
    [
      'promo codes as a comma list',
      { EventTypeID: 11, promoCode: 'WB23, NV10' },
      { eventTypeId: 11, promoCodes: ['WB23', 'NV10'] },
    ],
    ['promo codes as JSON text', { EventTypeID: 11, promoCode: '["WB23"]' }, { eventTypeId: 11, promoCodes: ['WB23'] }],
    ['one callback in a list', [{ EventTypeID: 4, CampaignID: 1 }], { eventTypeId: 4, campaignId: '1' }],
    ['a byte order mark in front', `\uFEFF{"EventTypeID": 4, "CampaignID": 1}`, { eventTypeId: 4, campaignId: '1' }],
    [
      'an id with a zero character',
      '{"EventTypeID": 13, "CampaignID": "a\\u0000", "CustomerID": "\\ud800"}',
      { eventTypeId: 13 },
    ],
    ['an id that is no integer', { EventTypeID: 13, CampaignID: 1.5, ChannelID: 'x' }, { eventTypeId: 13 }],
  ])('is read: %s', (_name, body, expected) => {
    expect(parse(body)).toEqual({ ok: true, callback: { ...nothing, ...expected } });
  });

  it.each([
    ['', 'empty'],
    ['  ', 'empty'],
    ['EventTypeID=13', 'not JSON'],
    ['{"EventTypeID": 13', 'not JSON'],
    ['"13"', 'not a JSON object'],
    ['[1, 2]', 'not a JSON object'],
    ['null', 'not a JSON object'],
  ])('is refused: %j', (body, reason) => {
    expect(parse(body)).toEqual({ ok: false, reason: expect.stringContaining(reason) });
  });

  it.each([
    ['campaignId', { campaignID: 'b'.repeat(256) }],
    ['customerId', { customerID: 'A'.repeat(256) }],
    ['templateId', { templateID: '7\u0000' }],
  ])('has no id that is too long or no text: %s', (name, body) => {
    expect(parse(body)).toMatchObject({ ok: true, callback: { [name]: null } });
  });

  it.each(['x\u0000', 'x'.repeat(65)])('has no time stamp that cannot be one', (unfit) => {
    expect(parse({ CampaignID: 1, TimeStamp: unfit })).toMatchObject({ ok: true, callback: { timeStamp: null } });
  });

  it('of event 11 says its type by the route, and who is meant by no customer is a visitor', () => {
    const body = { campaignID: 'b1f09', channelID: 506, templateID: 7731 };
    expect(parse(body, 'event-11')).toMatchObject({ callback: { eventTypeId: 11, customerId: null } });
  });

  it('says its type by the route where it has none, and only by a route of ours', () => {
    expect(parse({ CampaignID: 1 }, callbackKind(4))).toMatchObject({ callback: { eventTypeId: 4 } });
    expect(parse({ CampaignID: 1 }, 'anything')).toMatchObject({ callback: { eventTypeId: null } });
  });
});
