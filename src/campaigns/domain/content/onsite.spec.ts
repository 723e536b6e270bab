import type { CampaignContent } from './campaign-content';
import { compileContent } from './compile-content';
import type { InAppContent, WebPushContent } from './onsite-content';
import { validateContent } from './validate-content';

const personalisation = { whenMissing: 'EMPTY' as const };
const push = (change: Partial<WebPushContent> = {}): CampaignContent => ({
  webPush: { title: 'Hi {{ NAME }}', body: 'A bonus', ...change },
  personalisation,
});
const modal = (change: Partial<InAppContent> = {}): CampaignContent => ({
  inApp: { style: 'MODAL', title: 'Hi', body: 'A bonus', trigger: { kind: 'SESSION_START' }, ...change },
  personalisation,
});
const faults = (content: CampaignContent): string[] =>
  validateContent(content).findings.map(({ path, code }) => `${path.join('.')} ${code}`);

describe('content for browsers, inboxes and apps', () => {
  it('is rendered with its buttons, each text for itself', () => {
    const buttons = [
      { id: 'play', label: 'Play {{ GAME }}', url: 'https://example.com/{{ GAME }}' },
      { id: 'later', label: 'Later' },
    ];
    const content = push({ url: 'https://example.com', buttons, requireInteraction: true });
    expect(validateContent(content)).toEqual({
      findings: [],
      placeholders: { optimove: ['GAME', 'NAME'], stored: [] },
    });
    expect(compileContent(content).renderSlice('WEB_PUSH', [{ NAME: 'A', GAME: 'Chess' }])).toEqual([
      {
        ok: true,
        message: {
          title: 'Hi A',
          body: 'A bonus',
          url: 'https://example.com',
          buttons: [
            { id: 'play', label: 'Play Chess', url: 'https://example.com/Chess' },
            { id: 'later', label: 'Later' },
          ],
          requireInteraction: true,
        },
      },
    ]);
  });

  it('says which messages to a browser take the place of each other, in the words of push services', () => {
    const [outcome] = compileContent(push({ collapseKey: 'daily_offer-1' })).renderSlice('WEB_PUSH', [{}]);
    expect(outcome).toMatchObject({ ok: true, message: { collapseKey: 'daily_offer-1' } });
    for (const collapseKey of ['a b', 'a.b', 'k'.repeat(33), '{{ NAME }}']) {
      expect(faults(push({ collapseKey }))).toEqual(['webPush.collapseKey INVALID']);
    }
  });

  it('is kept by push services no longer than it is worth sending, and in inboxes as long as it says', () => {
    const inbox = { style: 'CARD' as const, title: 'Hi', body: 'A bonus', lifetimeHours: 2 };
    const content = compileContent({ ...push(), inbox, expiresAfterMinutes: 5 });
    expect(content.renderSlice('WEB_PUSH', [{}])).toMatchObject([{ message: { ttlSeconds: 300 } }]);
    expect(content.renderSlice('INBOX', [{}])).toEqual([
      { ok: true, message: { style: 'CARD', title: 'Hi', body: 'A bonus', ttlSeconds: 7_200 } },
    ]);
  });

  it('measures what a browser would be given for each person', () => {
    const content = push({ body: '{{ TEXT }}' });
    const outcomes = compileContent(content).renderSlice('WEB_PUSH', [{ TEXT: 'short' }, { TEXT: '😀'.repeat(1_000) }]);
    expect(outcomes).toMatchObject([{ ok: true }, { ok: false, reason: 'PAYLOAD_TOO_LARGE' }]);
  });

  it('keeps trigger, limit, pause and lifetime of what apps show, and escapes values in HTML', () => {
    const trigger = { kind: 'SDK_EVENT' as const, event: 'lobby' };
    const html = '<b>{{ NAME }}</b>';
    const content = modal({ style: 'HTML', html, trigger, displayLimit: 3, pauseMinutes: 2, lifetimeHours: 1 });
    expect(compileContent(content).renderSlice('IN_APP', [{ NAME: '<i>' }])).toEqual([
      {
        ok: true,
        message: {
          style: 'HTML',
          title: 'Hi',
          body: 'A bonus',
          html: '<b>&lt;i&gt;</b>',
          trigger,
          displayLimit: 3,
          pauseSeconds: 120,
          ttlSeconds: 3_600,
        },
      },
    ]);
  });

  it('keeps how an inbox and an app show it, and what a tap does there', () => {
    const click = { onClick: 'IN_APP', inAppEvent: 'tapped' } as const;
    const colours = { backgroundColour: '#101010', titleBackgroundColour: '#FFFFFF' };
    const card = { style: 'CARD' as const, title: 'Hi', body: 'A bonus', ...colours, ...click };
    expect(compileContent({ inbox: card, personalisation }).renderSlice('INBOX', [{}])).toEqual([
      { ok: true, message: card },
    ]);
    const look = {
      ...{
        backgroundColour: '#101010',
        backgroundImageUrl: 'https://example.com/b.png',
        orientation: 'LANDSCAPE' as const,
      },
      ...{ position: 'BOTTOM' as const, hasCloseButton: false, closesAfterSeconds: 5 },
    };
    const banner = modal({ style: 'BANNER', ...look, onClick: 'DEEPLINK', url: 'app://lobby' });
    expect(faults(banner)).toEqual([]);
    expect(compileContent(banner).renderSlice('IN_APP', [{}])).toMatchObject([
      { ok: true, message: { style: 'BANNER', ...look, onClick: 'DEEPLINK', url: 'app://lobby' } },
    ]);
    const inline = modal({ style: 'INLINE', placement: 'lobby.top' });
    expect(compileContent(inline).renderSlice('IN_APP', [{}])).toMatchObject([{ message: { placement: 'lobby.top' } }]);
  });

  it('is kept for a browser no longer than its author says, nor than it is worth sending', () => {
    const lives = (content: CampaignContent) => compileContent(content).renderSlice('WEB_PUSH', [{}])[0];
    expect(lives(push({ ttlHours: 2 }))).toMatchObject({ message: { ttlSeconds: 7_200 } });
    expect(lives({ ...push({ ttlHours: 2 }), expiresAfterMinutes: 30 })).toMatchObject({
      message: { ttlSeconds: 1_800 },
    });
  });

  it.each([
    ['a life of five weeks', push({ ttlHours: 840 }), ['webPush.ttlHours INVALID']],
    [
      'a button that does what browsers cannot',
      push({ buttons: [{ id: 'a', label: 'A', onClick: 'URL' }] }),
      ['webPush.buttons.0.onClick INVALID'],
    ],
    [
      'colours of a simple line',
      { inbox: { style: 'ALERT' as const, title: 'x', body: 'x', backgroundColour: '#000000' }, personalisation },
      ['inbox.backgroundColour INVALID'],
    ],
    [
      'a colour by its name',
      { inbox: { style: 'CARD' as const, title: 'x', body: 'x', titleBackgroundColour: 'red' }, personalisation },
      ['inbox.titleBackgroundColour INVALID'],
    ],
    ['a position of something else than a banner', modal({ position: 'TOP' }), ['inApp.position INVALID']],
    ['inline content without a place', modal({ style: 'INLINE' }), ['inApp.placement REQUIRED']],
    ['a place for what is not inline', modal({ placement: 'top' }), ['inApp.placement INVALID']],
    ['nothing that closes it', modal({ hasCloseButton: false }), ['inApp.hasCloseButton INVALID']],
    ['a page in an app', modal({ onClick: 'PAGE' }), ['inApp.onClick INVALID']],
    [
      'three buttons',
      push({ buttons: ['a', 'b', 'c'].map((id) => ({ id, label: id })) }),
      ['webPush.buttons TOO_LONG'],
    ],
    [
      'two buttons of one name',
      push({ buttons: ['a', 'a'].map((id) => ({ id, label: id })) }),
      ['webPush.buttons.1.id INVALID'],
    ],
    ['an address that runs a script', push({ url: 'javascript:alert(1)' }), ['webPush.url INVALID']],
    ['a picture without encryption', push({ imageUrl: 'http://example.com/a.png' }), ['webPush.imageUrl INVALID']],
    ['no text', push({ body: ' ' }), ['webPush.body REQUIRED']],
    ['an event without a name', modal({ trigger: { kind: 'SERVER_EVENT' } }), ['inApp.trigger.event REQUIRED']],
    [
      'an event at the start of a session',
      modal({ trigger: { kind: 'SESSION_START', event: 'x' } }),
      ['inApp.trigger.event INVALID'],
    ],
    ['HTML that is missing', modal({ style: 'HTML', body: '' }), ['inApp.html REQUIRED']],
    ['HTML that is too large', modal({ style: 'HTML', html: 'x'.repeat(262_145) }), ['inApp.html TOO_LONG']],
    [
      'a long title in an inbox',
      { inbox: { style: 'ALERT' as const, title: 'x'.repeat(101), body: 'x' }, personalisation },
      ['inbox.title TOO_LONG'],
    ],
  ])('is refused with %s', (_what, content, expected) => {
    expect(faults(content)).toEqual(expected);
  });
});
