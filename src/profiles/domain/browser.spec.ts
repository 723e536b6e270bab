import { browserOf } from './browser';

describe('the browser of a push subscription', () => {
  it('is known by its push service, and no other host that looks like it', () => {
    expect(browserOf('https://fcm.googleapis.com/fcm/send/x')).toBe('CHROME');
    expect(browserOf('https://updates.push.services.mozilla.com/wpush/v2/x')).toBe('FIREFOX');
    expect(browserOf('https://web.push.apple.com/x')).toBe('SAFARI');
    expect(browserOf('https://wns2-par02p.notify.windows.com/w/?token=x')).toBe('EDGE');
    for (const endpoint of ['https://evilpush.apple.com.example/x', 'https://xpush.apple.com/x', 'nonsense']) {
      expect(browserOf(endpoint)).toBe('OTHER');
    }
  });
});
