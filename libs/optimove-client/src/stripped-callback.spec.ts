import { strippedCallback } from './stripped-callback';

const strip = (body: string, kind = 'event-11'): string =>
  strippedCallback({ kind, body: Buffer.from(body) }).toString();

describe('a callback stripped of personal data', () => {
  it.each([
    '{"customerID":"A8272","campaignID":"b1f09","templateID":7731,"event_email":"ann@example.com","promoCode":["WB23"]}',
    '[{"customerID":"A8272","campaignID":"b1f09","templateID":7731,"event_email":"ann@example.com","promoCode":["WB23"]}]',
  ])('says what it was about and the names of its other keys: %s', (body) => {
    expect(JSON.parse(strip(body))).toEqual({
      customerID: null,
      campaignID: 'b1f09',
      templateID: 7731,
      event_email: null,
      promoCode: null,
    });
  });

  it('is as it was when it tells of nobody', () => {
    const body = '{"EventTypeID": 13, "CampaignID": 20417, "ChannelID": 506, "More": [1]}';
    expect(strip(body, 'event-13')).toBe(body);
  });

  it.each(['{"customerID": "A82', 'ann@example.com', '""'])('is empty when it cannot be read: %s', (body) => {
    expect(strip(body)).toBe('');
  });

  it('says nothing of anybody under a type that nobody knows', () => {
    expect(strip('{"EventTypeID":99,"email":"ann@example.com"}', 'event-99')).toBe('{"EventTypeID":99,"email":null}');
  });
});
