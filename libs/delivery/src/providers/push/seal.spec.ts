import { createECDH, randomBytes } from 'node:crypto';
import type { PushMessage } from '../../contract';
import { messageBody } from '../fcm/message-body';
import { pushPayloadBytes } from '../fcm/payload-bytes';
import { encryptionKeysProblem } from './encryption-keys';
import { seal, sealedLike } from './seal';

const p256dh = createECDH('prime256v1').generateKeys('base64url');
const auth = randomBytes(16).toString('base64url');
const fields = { title: 'Spin “now”', body: 'ж'.repeat(100), cover: { title: 'Casino', body: 'A message' } };
const message: PushMessage = {
  ...fields,
  ...{ deliveryId: '-'.repeat(113), token: '', platform: 'ANDROID', encryptionKeys: { p256dh, auth } },
};

describe('a sealed push message', () => {
  it('has the size that is foretold for anybody, for each length of its texts', () => {
    for (const length of [0, 1, 2, 3, 500]) {
      const long = { ...message, body: 'x'.repeat(length) };
      const sealed = seal(long);
      expect(sealed && messageBody(sealed).length).toBe(messageBody(sealedLike(long)).length);
    }
  });

  it('counts with what the encryption adds', () => {
    const sealed = seal(message);
    const { data, android } = JSON.parse(messageBody(sealed ?? message)).message;
    const bytes = Buffer.byteLength(JSON.stringify({ data, android }));
    expect(pushPayloadBytes(fields)).toBeGreaterThanOrEqual(bytes);
    const ios = JSON.parse(messageBody(seal({ ...message, platform: 'IOS' }) ?? message)).message;
    expect(pushPayloadBytes(fields)).toBe(
      Buffer.byteLength(
        JSON.stringify({
          aps: { alert: ios.notification, ...ios.apns.payload.aps },
          ...ios.data,
          fcm_options: {},
        }),
      ),
    );
  });

  it.each([
    ['a point that is not on the curve', Buffer.alloc(65, 4).toString('base64url'), auth, 'p256dh'],
    ['a compressed point', Buffer.alloc(33, 2).toString('base64url'), auth, 'p256dh'],
    ['no base64url', 'x y', auth, 'p256dh'],
    ['a short secret', p256dh, 'c2hvcnQ', 'auth'],
  ])('is not made with %s', (_what, point, secret, field) => {
    expect(encryptionKeysProblem({ p256dh: point, auth: secret })?.field).toBe(field);
    expect(encryptionKeysProblem({ p256dh, auth })).toBeNull();
  });
});
