import type { PushMessage } from '../../contract';
import { messageBody } from './message-body';

const message: PushMessage = { deliveryId: 'd1', token: 't1', platform: 'ANDROID', title: 'Hi', body: 'There' };
const rich = {
  subtitle: 'Under',
  sound: 'coins.wav',
  badge: 0,
  category: 'OFFER',
  androidChannelId: 'offers',
  collapseKey: 'daily',
  ttlSeconds: 60,
  iconUrl: 'https://example.com/i.png',
  imageUrl: 'https://example.com/p.png',
  buttons: [{ id: 'go', label: 'Go' }],
  data: { deliveryId: 'forged', x: '1' },
};

function sent(over: Partial<PushMessage>) {
  return JSON.parse(messageBody({ ...message, ...over })).message;
}

describe('body of an FCM message', () => {
  it('is small when nothing is asked for', () => {
    const { token, notification, data } = sent({});
    expect({ token, notification, data }).toEqual({
      token: 't1',
      notification: { title: 'Hi', body: 'There' },
      data: { deliveryId: 'd1' },
    });
    expect(sent({}).android).toEqual({ priority: 'HIGH' });
    expect(sent({ platform: 'IOS' }).apns).toBeUndefined();
  });

  it('tells the app what a tap does, with the extra values', () => {
    expect(sent({ onClick: 'PAGE', page: '<b>Hi</b>' }).data).toEqual({
      deliveryId: 'd1',
      onClick: 'PAGE',
      page: '<b>Hi</b>',
    });
    expect(sent({ onClick: 'IN_APP', inAppEvent: 'tapped' }).data).toMatchObject({ inAppEvent: 'tapped' });
  });

  it('gives Android its sound, channel, key and life', () => {
    const { android, apns } = sent(rich);
    expect(android).toEqual({
      priority: 'HIGH',
      ttl: '60s',
      collapse_key: 'daily',
      notification: { sound: 'coins.wav', channel_id: 'offers' },
    });
    expect(apns).toBeUndefined();
  });

  it('gives iOS its subtitle, sound, badge of zero, category and mutable content', () => {
    const { apns, android } = sent({ ...rich, platform: 'IOS' });
    expect(apns.headers).toMatchObject({
      'apns-collapse-id': 'daily',
      'apns-expiration': expect.stringMatching(/^\d+$/),
    });
    expect(apns.payload.aps).toEqual({
      alert: { title: 'Hi', subtitle: 'Under', body: 'There' },
      sound: 'coins.wav',
      badge: 0,
      category: 'OFFER',
      'mutable-content': 1,
    });
    expect(android).toBeUndefined();
  });

  it('carries icon and buttons for the app, and its own delivery id over a forged one', () => {
    expect(sent(rich).data).toEqual({
      x: '1',
      icon: 'https://example.com/i.png',
      buttons: '[{"id":"go","label":"Go"}]',
      deliveryId: 'd1',
    });
  });
});
