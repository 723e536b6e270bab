import { messageBody } from './message-body';
import { pushPayloadBytes } from './payload-bytes';

const fields = {
  title: 'Spin “now”',
  body: 'ж'.repeat(100),
  subtitle: 'Under',
  url: 'https://example.com/?a=1&b=2',
  imageUrl: 'https://example.com/p.png',
  data: { 'x y': '1' },
  buttons: [{ id: 'go', label: 'Go "on"' }],
};

/** What FCM is given without the address and the outer keys. */
function given(platform: 'ANDROID' | 'IOS'): {
  notification: object;
  data: object;
  android: object;
  apns: { payload: object };
} {
  const body = messageBody({ ...fields, deliveryId: '-'.repeat(113), token: 't', platform });
  return JSON.parse(body).message;
}

const bytes = (value: object): number => Buffer.byteLength(JSON.stringify(value));

describe('bytes of a push payload', () => {
  it('are those of the larger of what Android and APNs are given', () => {
    const { notification, data, android } = given('ANDROID');
    const { payload } = given('IOS').apns;
    const ofApns = bytes({ ...payload, ...data, fcm_options: { image: fields.imageUrl } });
    expect(pushPayloadBytes(fields)).toBe(Math.max(bytes({ notification, data, android }), ofApns));
  });

  it('count characters as they go over the wire', () => {
    const longer = pushPayloadBytes({ ...fields, body: 'ж'.repeat(101) });
    expect(longer - pushPayloadBytes(fields)).toBe(2);
  });
});
