import type { CampaignContent, MobilePushContent } from './campaign-content';
import { compileContent } from './compile-content';
import { validateContent } from './validate-content';

function content(push: Partial<MobilePushContent>): CampaignContent {
  return { mobilePush: { title: 'T', body: 'B', ...push }, personalisation: { whenMissing: 'EMPTY' } };
}

function pathsOf(push: Partial<MobilePushContent>): string[] {
  return validateContent(content(push)).findings.map(({ path }) => path.join('.'));
}

const button = { id: 'a', label: 'A' };

describe('push messages to phones', () => {
  it.each<[Partial<MobilePushContent>, string]>([
    [{ badge: -1 }, 'mobilePush.badge'],
    [{ badge: 1.5 }, 'mobilePush.badge'],
    [{ ttlHours: 673 }, 'mobilePush.ttlHours'],
    [{ ttlHours: 0 }, 'mobilePush.ttlHours'],
    [{ sound: 'two words' }, 'mobilePush.sound'],
    [{ category: '{{ x }}' }, 'mobilePush.category'],
    [{ androidChannelId: 'a b' }, 'mobilePush.androidChannelId'],
    [{ collapseKey: 'k'.repeat(65) }, 'mobilePush.collapseKey'],
    [{ iconUrl: 'icon.png' }, 'mobilePush.iconUrl'],
    [{ onClick: 'URL' }, 'mobilePush.url'],
    [{ onClick: 'WEB_VIEW', url: 'app://home' }, 'mobilePush.url'],
    [{ onClick: 'DEEPLINK' }, 'mobilePush.url'],
    [{ onClick: 'PAGE' }, 'mobilePush.page'],
    [{ onClick: 'PAGE', page: '<b>Hi</b>', url: 'https://example.com' }, 'mobilePush.url'],
    [{ page: '<b>Hi</b>' }, 'mobilePush.page'],
    [{ page: '{{ x | }}', onClick: 'PAGE' }, 'mobilePush.page'],
    [{ onClick: 'IN_APP' }, 'mobilePush.inAppEvent'],
    [{ inAppEvent: 'tapped' }, 'mobilePush.inAppEvent'],
    [{ data: { onClick: 'x' } }, 'mobilePush.data.onClick'],
    [{ buttons: [{ ...button, onClick: 'PAGE' }] }, 'mobilePush.buttons.0.onClick'],
    [{ buttons: [{ ...button, onClick: 'WEB_VIEW' }] }, 'mobilePush.buttons.0.url'],
    [{ subtitle: 's'.repeat(201) }, 'mobilePush.subtitle'],
    [{ isEncrypted: true }, 'mobilePush.coverBody'],
    [{ isEncrypted: true, coverBody: 'For {{ NAME }}' }, 'mobilePush.coverBody'],
    [{ isEncrypted: true, coverBody: 'x', coverTitle: 't'.repeat(201) }, 'mobilePush.coverTitle'],
    [{ data: { encrypted: 'x' } }, 'mobilePush.data.encrypted'],
    [{ data: { deliveryId: 'x' } }, 'mobilePush.data.deliveryId'],
    [{ data: { 'google.x': 'x' } }, 'mobilePush.data.google.x'],
    [{ buttons: ['a', 'b', 'c', 'd'].map((id) => ({ id, label: id })) }, 'mobilePush.buttons'],
    [{ buttons: [button, button] }, 'mobilePush.buttons.1.id'],
    [{ buttons: [{ id: 'a', label: '' }] }, 'mobilePush.buttons.0.label'],
    [{ buttons: [{ ...button, url: 'javascript:alert(1)' }] }, 'mobilePush.buttons.0.url'],
  ])('%j is refused at its path', (push, path) => {
    expect(pathsOf(push)).toEqual([path]);
  });

  it('takes every field within its bounds', () => {
    const push = { badge: 0, ttlHours: 672, sound: 'default', category: 'OFFER', androidChannelId: 'a', subtitle: 's' };
    expect(pathsOf({ ...push, collapseKey: 'k'.repeat(64), buttons: [button], data: { x: '1' } })).toEqual([]);
  });

  it('keeps the cover beside an encrypted message, in the language of the person, and measures it as it travels', () => {
    const given: CampaignContent = {
      ...content({ body: 'For {{ NAME }}', isEncrypted: true, coverTitle: 'Shop', coverBody: 'A message' }),
      alternatives: [{ language: 'de', texts: [{ path: 'mobilePush.coverBody', text: 'Eine Nachricht' }] }],
    };
    expect(validateContent(given).findings).toEqual([]);
    const people = [
      { NAME: 'Ann', user: {} },
      { NAME: 'Ann', user: { language: 'de' } },
      { NAME: 'x'.repeat(2_600), user: {} },
    ];
    const outcomes = compileContent(given).renderSlice('MOBILE_PUSH', people);
    expect(outcomes).toMatchObject([
      { message: { body: 'For Ann', cover: { title: 'Shop', body: 'A message' } } },
      { message: { cover: { body: 'Eine Nachricht' } } },
      { ok: false, reason: 'PAYLOAD_TOO_LARGE' },
    ]);
    const open = compileContent(content({ body: 'For {{ NAME }}', coverBody: 'A message' }));
    expect(open.renderSlice('MOBILE_PUSH', people)).toMatchObject([{ ok: true }, { ok: true }, { ok: true }]);
    expect(open.renderSlice('MOBILE_PUSH', people)[0]).not.toHaveProperty('message.cover');
  });

  it('renders buttons and subtitle and carries the settings of the platforms', () => {
    const given = content({
      subtitle: 'For {{ NAME }}',
      buttons: [{ id: 'go', label: 'Play {{ GAME }}', url: 'https://example.com/{{ GAME }}' }],
      badge: 0,
      sound: 'default',
      ttlHours: 2,
    });
    expect(compileContent(given).optimoveAttributes).toEqual(['GAME', 'NAME']);
    expect(compileContent(given).renderSlice('MOBILE_PUSH', [{ NAME: 'you', GAME: 'Chess' }])).toEqual([
      {
        ok: true,
        message: {
          title: 'T',
          body: 'B',
          subtitle: 'For you',
          buttons: [{ id: 'go', label: 'Play Chess', url: 'https://example.com/Chess' }],
          badge: 0,
          sound: 'default',
          ttlSeconds: 7_200,
        },
      },
    ]);
  });

  it('says what a tap does, each action with what it needs', () => {
    const taken = (push: Partial<MobilePushContent>) => {
      expect(pathsOf(push)).toEqual([]);
      return compileContent(content(push)).renderSlice('MOBILE_PUSH', [{ NAME: '<you>' }])[0];
    };
    const deeplink = { onClick: 'DEEPLINK', url: 'app://bets/7' } as const;
    expect(taken(deeplink)).toMatchObject({ ok: true, message: deeplink });
    expect(taken({ onClick: 'PAGE', page: '<b>{{ NAME }}</b>' })).toMatchObject({
      message: { onClick: 'PAGE', page: '<b>&lt;you&gt;</b>' },
    });
    const tapped = { onClick: 'IN_APP', inAppEvent: 'tapped' } as const;
    expect(taken({ ...tapped, buttons: [{ ...button, ...tapped }] })).toMatchObject({
      message: { ...tapped, buttons: [{ ...button, ...tapped }] },
    });
  });

  it('fits when its payload does, however long the keys of other platforms are', () => {
    const body = (length: number) =>
      compileContent({ ...content({}), mobilePush: { title: 'T', body: '{{ X }}', url: 'app://x' } }).renderSlice(
        'MOBILE_PUSH',
        [{ X: 'x'.repeat(length) }],
      )[0];
    expect(body(3_500)).toMatchObject({ ok: true });
    expect(body(3_600)).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/has 38\d\d bytes; at most 3800 fit/),
    });
  });

  it('measures the rendered bytes of one person, not the template', () => {
    const compiled = compileContent(content({ buttons: [{ id: 'go', label: '{{ X }}' }] }));
    const [small, large] = compiled.renderSlice('MOBILE_PUSH', [{ X: 'x' }, { X: 'ж'.repeat(1_900) }]);
    expect(small).toMatchObject({ ok: true });
    expect(large).toMatchObject({ ok: false, reason: 'PAYLOAD_TOO_LARGE' });
  });
});
