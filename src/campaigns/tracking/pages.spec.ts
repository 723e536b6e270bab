import { addressHint, numberHint } from './address-hint';
import { donePage, gonePage, preferencesPage, unsubscribePage } from './pages';

const answers = { email: 'SUBSCRIBED', sms: 'NOT_SET', emailHint: 'k…n@example.com', numberHint: null } as const;

describe('the pages of consent', () => {
  const all = [
    preferencesPage(answers),
    unsubscribePage('EMAIL', 'https://x.example/p'),
    donePage('Saved', 'From now on.', 'https://x.example/p'),
    gonePage(),
  ];

  it('need no script, and name their language and title', () => {
    for (const html of all) {
      expect(html).not.toMatch(/<script|javascript:|\son\w+=/i);
      expect(html).toMatch(/^<!doctype html><html lang="en">.*<title>[^<]+<\/title>/s);
      expect(html.match(/<h1>/g)).toHaveLength(1);
    }
  });

  it('tick what somebody said yes to, each box inside its label', () => {
    const [, email, sms] = preferencesPage(answers).split('<label>');
    expect(email).toMatch(
      /^<input type="checkbox" name="email" value="yes" checked>\s*<span>E-mails<small>to k…n@example.com/,
    );
    expect(sms).toMatch(/^<input type="checkbox" name="sms" value="yes">\s*<span>Text messages<\/span>/);
  });

  it('show an address as text, whatever is in it', () => {
    expect(preferencesPage({ ...answers, emailHint: '"<b>"@example.com' })).toContain(
      '&#34;&#60;b&#62;&#34;@example.com',
    );
  });
});

describe('a hint of an address', () => {
  it.each([
    ['kim.larsen@example.com', 'k…n@example.com'],
    ['k@example.com', 'k…@example.com'],
    ['"a@b"@example.com', '"…"@example.com'],
  ])('of %s is %s', (email, hint) => {
    expect(addressHint(email)).toBe(hint);
  });

  it('is nothing without an address', () => {
    expect([addressHint(null), numberHint(undefined)]).toEqual([null, null]);
    expect(numberHint('4915112345678')).toBe('a number ending in 678');
  });
});
