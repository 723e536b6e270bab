import type { CampaignContent } from './campaign-content';
import { errorsOf, validateContent } from './validate-content';

const personalisation = { whenMissing: 'EMPTY' } as const;

function withBody(body: string): CampaignContent {
  return { mobilePush: { title: 'Hello', body }, personalisation };
}

function errors(content: CampaignContent): { path: string; code: string; message: string }[] {
  return errorsOf(validateContent(content).findings).map(({ path, code, message }) => ({
    path: path.join('.'),
    code,
    message,
  }));
}

describe('validateContent', () => {
  it('finds nothing in good content and lists its placeholders', () => {
    const report = validateContent(withBody('{{ NAME|default("you") }} {{ user.city }}'));
    expect(report).toEqual({ findings: [], placeholders: { optimove: ['NAME'], stored: ['city'] } });
  });

  it('names stored attributes that nobody defined, at their field, once the defined ones are known', () => {
    const content = withBody('{{ user.city }} {{ user.email }} {{ user.sity|default("") }}');
    const { findings } = validateContent(content, { attributes: new Set(['city']) });
    expect(findings).toEqual([
      {
        path: ['mobilePush', 'body'],
        code: 'UNKNOWN_ATTRIBUTE',
        severity: 'WARNING',
        message: expect.stringContaining('"sity"'),
      },
    ]);
    expect(validateContent(content).findings).toEqual([]);
  });

  it('names field and line of a syntax error', () => {
    expect(errors(withBody('Hello\n{{ NAME | }}'))).toEqual([
      { path: 'mobilePush.body', code: 'TEMPLATE_SYNTAX', message: expect.stringMatching(/^Line 2: Unexpected token/) },
    ]);
  });

  it('wants content for at least one medium', () => {
    expect(errors({ personalisation })).toEqual([expect.objectContaining({ path: '', code: 'REQUIRED' })]);
  });

  it.each([
    ['{% include "other" %}', 'include'],
    ['{% extends "other" %}', 'extends'],
    ['{% import "other" as o %}', 'import'],
    ['{% macro m() %}{% endmacro %}', 'macro'],
    ['{% autoescape false %}{{ A }}{% endautoescape %}', 'autoescape'],
    ['{{ A|raw }}', 'raw'],
    ['{{ A|nl2br }}', 'nl2br'],
    ['{% set x %}{{ A }}{% endset %}', 'block form'],
    ['{{ A|map(x => x) }}', 'map'],
    ['{{ include("other") }}', 'include'],
    ['{{ range(1, 9)|join }}', 'range'],
    ['{{ A matches "/(a+)+$/" }}', 'matches'],
    ['{{ (1..9)|join }}', 'range'],
    ['{{ 2 ** 9 }}', 'power'],
    ['{{ _self }}', '_self'],
    ['{{ _context|join }}', '_context'],
    ['{{ system }}', 'system'],
    ['{{ system.env }}', 'system'],
    ['{{ system.url }}', 'system'],
    ['{{ system.url.other }}', 'system.url.other'],
    ['{{ user }}', 'user'],
    ['{{ user[NAME] }}', ''],
    ['{{ user.f(1) }}', ''],
    ['{% for i in 1..1001 %}{% endfor %}', '1,000 steps'],
    ['{% for i in 1..N %}{% endfor %}', 'literal'],
    ['{% for i in 1..2 %}{% for j in 1..2 %}{% for k in 1..2 %}{% endfor %}{% endfor %}{% endfor %}', 'loop'],
    [`{{ ${'('.repeat(20_000)}A${')'.repeat(20_000)} }}`, 'deep'],
    [`{{ A${' ~ A'.repeat(60)} }}`, 'deep'],
  ])('refuses %s', (body, named) => {
    const finding = errors(withBody(body)).find(({ code }) => code !== 'TOO_LONG');
    expect(finding).toEqual({
      path: 'mobilePush.body',
      code: 'NOT_ALLOWED_IN_TEMPLATE',
      message: expect.stringContaining(named),
    });
  });

  it('goes on working after a template that it refused', () => {
    expect(errors(withBody('{% if %}'))).toHaveLength(1);
    expect(errors(withBody('{% if A %}x{% endif %}'))).toEqual([]);
  });

  it('refuses a template that is too long, but not a long text without placeholders', () => {
    const html = (text: string): CampaignContent => ({
      email: { fromAddress: 'news@example.com', fromName: 'News', subject: 'News', html: text },
      personalisation,
    });
    expect(errors(html('x'.repeat(70_000)))).toEqual([]);
    expect(errors(html(`${'x'.repeat(70_000)}{{ A }}`))).toEqual([
      expect.objectContaining({ path: 'email.html', code: 'TOO_LONG' }),
    ]);
  });

  it('checks addresses, senders and required texts at their fields', () => {
    const content: CampaignContent = {
      mobilePush: { title: '', body: ' ', url: 'example' },
      email: { fromAddress: 'news', fromName: '', subject: '', html: 'x', replyTo: '{{ A }}@example.com' },
      sms: { from: 'much too long a name', text: '' },
      personalisation,
    };
    expect(errors(content).map(({ path, code }) => `${path} ${code}`)).toEqual([
      'mobilePush.body REQUIRED',
      'mobilePush.url INVALID',
      'email.subject REQUIRED',
      'email.fromAddress INVALID',
      'email.replyTo INVALID',
      'sms.from INVALID',
      'sms.text REQUIRED',
    ]);
  });

  it('warns of an address in a mail that is not whole', () => {
    const html = (text: string): string[] =>
      validateContent({
        email: { fromAddress: 'news@example.com', fromName: '', subject: 'News', html: text },
        personalisation,
      }).findings.map(({ code, message }) => `${code} ${message.split('"')[1]}`);
    expect(html('<a class="x" href="/offers">Go</a>')).toEqual(['RELATIVE_ADDRESS /offers']);
    expect(html("<img alt='' src='logo.png'>")).toEqual(['RELATIVE_ADDRESS logo.png']);
    const whole = ['https://example.com', 'cid:logo', 'mailto:a@b.example', '#top', '{{ system.url.profile }}'];
    expect(html(whole.map((address) => `<a href="${address}">x</a>`).join(''))).toEqual([]);
    expect(html('<a '.repeat(100_000))).toEqual(['LIKELY_CLIPPED undefined']);
  });

  it('warns of legacy fallbacks and of stored names that Optimove would be asked for', () => {
    const { findings } = validateContent(withBody('{{ email || "x" }}'));
    expect(findings.map(({ code, severity }) => [code, severity])).toEqual([
      ['STORED_NAME_IS_BARE', 'WARNING'],
      ['LEGACY_SYNTAX', 'WARNING'],
    ]);
  });

  it('of a Direct campaign takes bare names for stored attributes, and its control group for what it is', () => {
    const content: CampaignContent = {
      sms: { from: '', text: '{{ email }} {{ city }} {{ FirstName }} {{ user.gone }}' },
      controlGroupPercent: 10,
      personalisation: { whenMissing: 'EMPTY' },
    };
    const attributes = new Set(['city']);
    const said = (isDirect: boolean) =>
      validateContent(content, { attributes, isDirect }).findings.map(({ code, message }) => `${code} ${message}`);
    expect(said(true)).toEqual([
      expect.stringMatching(/^UNKNOWN_ATTRIBUTE .*"gone".*{{ user.gone }}/),
      expect.stringMatching(/^UNKNOWN_ATTRIBUTE .*"FirstName".*{{ FirstName }}/),
    ]);
    expect(said(false).map((each) => each.split(' ')[0])).toEqual([
      'SECOND_CONTROL_GROUP',
      'STORED_NAME_IS_BARE',
      'UNKNOWN_ATTRIBUTE',
    ]);
  });
});
