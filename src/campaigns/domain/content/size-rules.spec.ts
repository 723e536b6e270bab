import type { CampaignContent } from './campaign-content';
import { compileContent } from './compile-content';
import { fixedText } from './fixed-text';
import { compileText } from './text-template';
import { validateContent } from './validate-content';

const personalisation = { whenMissing: 'EMPTY' } as const;
const found = (content: Omit<CampaignContent, 'personalisation'>): string[] =>
  validateContent({ ...content, personalisation }).findings.map(
    ({ path, code, severity, message }) => `${path.join('.')} ${code} ${severity} ${message}`,
  );
const cyrillic = 'ж'.repeat(1_900);

describe('the size of what everybody gets', () => {
  it('is an error where it fits nobody, with or without values', () => {
    expect(found({ mobilePush: { title: 'T', body: cyrillic } })).toEqual([
      expect.stringMatching(/^mobilePush TOO_LONG ERROR At most 3800 bytes fit; the message has 4008 bytes$/),
    ]);
    expect(found({ webPush: { title: '{{ NAME }}', body: cyrillic } })).toEqual([
      expect.stringMatching(
        /^webPush TOO_LONG ERROR At most 3650 bytes fit; .* at least 38\d\d bytes, whatever the val/,
      ),
    ]);
  });

  it('is a warning from 2,000 bytes on', () => {
    expect(found({ mobilePush: { title: 'T', body: '{{ NAME }}'.padEnd(2_100, 'x') } })).toEqual([
      expect.stringMatching(
        /^mobilePush LARGE_PAYLOAD WARNING The message has at least 2\d\d\d bytes, .*, of 3800 that/,
      ),
    ]);
    expect(found({ webPush: { title: 'T', body: 'x'.repeat(2_000) } })).toEqual([
      expect.stringMatching(/^webPush LARGE_PAYLOAD WARNING The message has 20\d\d bytes, of 3650 that fit$/),
    ]);
    expect(found({ mobilePush: { title: 'T', body: 'x'.repeat(1_500) } })).toEqual([]);
  });

  it('is that of every alternative, at its text', () => {
    const texts = [{ path: 'mobilePush.body', text: cyrillic }];
    expect(found({ mobilePush: { title: 'T', body: 'B' }, alternatives: [{ language: 'ru', texts }] })).toEqual([
      expect.stringMatching(/^alternatives\.0\.texts\.0\.text TOO_LONG ERROR At most 3800 bytes/),
    ]);
  });

  it('counts the parts of a text message with placeholders, at least', () => {
    const sms = (text: string) => found({ sms: { from: 'Shop', text } });
    expect(sms(`{{ NAME }} ${'x'.repeat(160)}`)).toEqual([
      'sms.text MANY_PARTS WARNING Sent and charged as at least 2 parts',
    ]);
    expect(sms('x'.repeat(161))).toEqual(['sms.text MANY_PARTS WARNING Sent and charged as 2 parts']);
    expect(sms(`{{ NAME }}${'x'.repeat(1_531)}`)).toEqual([
      'sms.text TOO_LONG ERROR At most 10 parts; this has at least 11',
    ]);
    expect(sms('Hi {{ NAME }}')).toEqual([]);
  });

  it('counts the texts of snippets', () => {
    const content = { sms: { from: 'Shop', text: '{{ snippets.legal }}' }, snippets: { legal: 'x'.repeat(170) } };
    expect(found(content)).toEqual(['sms.text MANY_PARTS WARNING Sent and charged as 2 parts']);
  });

  it.each([
    ['Hi {{ A }}, bye', 'Hi , bye'],
    ["Hi {{ A|default('you') }}!", 'Hi !'],
    ['{% if A %}long one{% else %}short{% endif %}', 'xxxxx'],
    ['x{% if A %}long one{% endif %}', 'x'],
    ['{% if A %}{% if B %}1234{% else %}12{% endif %}{% elseif C %}1{% else %}123{% endif %}', 'x'],
    ['{% for each in A %}{{ each }}, {% endfor %}x', ''],
    ['a {{ A|upper }} {# why #} b', 'a   b'],
    ['a  {{- A|upper }} b', 'ab'],
    ['https://example.com/?q={{ A }}&s=1', 'https://example.com/?q=&s=1'],
  ])('of %j is %j, and no value makes it shorter', (source, fixed) => {
    expect(fixedText(source)).toBe(fixed);
    const { render } = compileText(source, 'none');
    for (const a of [null, '', 'v', '😀😀']) {
      for (const b of [null, 'w']) {
        const values = new Map<string, unknown>([
          ['A', a],
          ['B', b],
          ['C', b],
        ]);
        const { text, problem } = render(values);
        expect(problem === null ? text.length : fixed.length).toBeGreaterThanOrEqual(fixed.length);
      }
    }
  });

  it('does not keep anybody from the message who would get it', () => {
    const content = { mobilePush: { title: 'T', body: `{{ NAME }}${'x'.repeat(3_400)}` }, personalisation };
    expect(validateContent(content).findings).toMatchObject([{ severity: 'WARNING' }]);
    expect(compileContent(content).renderSlice('MOBILE_PUSH', [{ NAME: 'A' }])).toMatchObject([{ ok: true }]);
  });
});
