import type { PushMessage } from '../../contract';
import { apnsId, headersOf, payloadOf } from './notification';

const message: PushMessage = { deliveryId: 'd1', token: 'A0', platform: 'IOS', title: 'Hi', body: 'There' };
const rich = {
  subtitle: 'Under',
  sound: 'coins.wav',
  badge: 0,
  category: 'OFFER',
  threadId: 'offers',
  androidChannelId: 'offers',
  collapseKey: 'daily',
  ttlSeconds: 60,
  url: 'app://offers',
  onClick: 'DEEPLINK' as const,
  imageUrl: 'https://example.com/p.png',
  iconUrl: 'https://example.com/i.png',
  buttons: [{ id: 'go', label: 'Go' }],
  data: { deliveryId: 'forged', aps: 'forged', x: '1' },
};
const payload = (over: Partial<PushMessage> = {}) => JSON.parse(payloadOf({ ...message, ...over }).toString());

describe('a notification as APNs takes it', () => {
  it('has the texts under aps and the delivery id beside it, and is small when nothing else is asked for', () => {
    expect(payload()).toEqual({ aps: { alert: { title: 'Hi', body: 'There' } }, deliveryId: 'd1' });
    expect(headersOf(message, 'com.example.casino')).toEqual({
      ':method': 'POST',
      ':path': '/3/device/A0',
      'content-type': 'application/json',
      'apns-id': apnsId('d1'),
      'apns-topic': 'com.example.casino',
      'apns-push-type': 'alert',
      'apns-priority': '10',
    });
  });

  it('carries everything that the app is told, and lets no extra value take the place of its own', () => {
    expect(payload(rich)).toEqual({
      aps: {
        alert: { title: 'Hi', subtitle: 'Under', body: 'There' },
        sound: 'coins.wav',
        badge: 0,
        category: 'OFFER',
        'thread-id': 'offers',
        'mutable-content': 1,
      },
      x: '1',
      url: 'app://offers',
      onClick: 'DEEPLINK',
      image: 'https://example.com/p.png',
      icon: 'https://example.com/i.png',
      buttons: '[{"id":"go","label":"Go"}]',
      deliveryId: 'd1',
    });
  });

  it('says until when it is worth delivering, and what it replaces', () => {
    const before = Math.floor(Date.now() / 1_000) + 60;
    const headers = headersOf({ ...message, ...rich }, 'com.example.casino');
    expect(headers['apns-collapse-id']).toBe('daily');
    const expiration = Number(headers['apns-expiration']);
    expect(expiration).toBeGreaterThanOrEqual(before);
    expect(expiration).toBeLessThanOrEqual(Math.floor(Date.now() / 1_000) + 60);
  });

  it('is named by a UUID that is always the same for a delivery, and another for another', () => {
    expect(apnsId('d1')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(apnsId('d1')).toBe(apnsId('d1'));
    expect(apnsId('d2')).not.toBe(apnsId('d1'));
  });
});
