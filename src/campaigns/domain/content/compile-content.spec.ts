import type { CampaignContent } from './campaign-content';
import { compileContent } from './compile-content';
import { sliceTimeLimitMs } from './message-limits';

const skip = { whenMissing: 'SKIP' } as const;
const empty = { whenMissing: 'EMPTY' } as const;

function push(body: string, personalisation: CampaignContent['personalisation'] = empty): CampaignContent {
  return { mobilePush: { title: 'Hello', body }, personalisation };
}

function email(html: string, subject = 'News'): CampaignContent {
  const fixed = { fromAddress: 'news@example.com', fromName: 'News' };
  return { email: { ...fixed, subject, html }, personalisation: empty };
}

function body(content: CampaignContent, person: Record<string, unknown>): unknown {
  const [outcome] = compileContent(content).renderSlice('MOBILE_PUSH', [person]);
  return outcome?.ok && 'body' in outcome.message ? outcome.message.body : outcome;
}

describe('compileContent', () => {
  it('asks Optimove for bare names and never for stored or local ones', () => {
    const content = push(
      '{{ BALANCE }} {{ user.first_name }} {% set n = TIER %}{{ n }}{% for i in 1..2 %}{{ i }}{% endfor %}',
    );
    expect(compileContent(content).optimoveAttributes).toEqual(['BALANCE', 'TIER']);
  });

  it('compiles the same content once', () => {
    const content = push('{{ A }}');
    expect(compileContent(content)).toBe(compileContent(content));
  });

  it('names the media that there is content for', () => {
    expect(compileContent({ ...push('x'), sms: { from: '', text: 'x' } }).media).toEqual(['MOBILE_PUSH', 'SMS']);
  });

  it('renders each person by its own values, in order', () => {
    const people = [{ NAME: 'a' }, { NAME: 'b' }];
    const outcomes = compileContent(push('Hi {{ NAME }}')).renderSlice('MOBILE_PUSH', people);
    expect(outcomes).toEqual([
      { ok: true, message: { title: 'Hello', body: 'Hi a' } },
      { ok: true, message: { title: 'Hello', body: 'Hi b' } },
    ]);
  });

  it('falls back to the default, in the new and in the legacy form', () => {
    expect(body(push('{{ NAME | default("you") }} {{ user.name || \'there\' }}', skip), {})).toBe('you there');
  });

  it('sends an empty text for a missing value where the campaign says so', () => {
    expect(body(push('Hi {{ NAME }}!'), {})).toBe('Hi !');
  });

  it('skips a person without a value and names the placeholder', () => {
    const content = push('Hi {{ NAME|upper }} {{ user.city }}', skip);
    expect(body(content, { NAME: '', user: {} })).toEqual({
      ok: false,
      reason: 'NOT_PERSONALISED',
      detail: 'No value for NAME, user.city',
    });
  });

  it('does not miss a value in a branch that is not taken', () => {
    expect(body(push('{% if VIP == "1" %}{{ GIFT }}{% else %}Hi{% endif %}', skip), { VIP: '0' })).toBe('Hi');
  });

  it('escapes values in HTML and nowhere else', () => {
    const [outcome] = compileContent(email('<p>{{ NAME }}</p>', 'For {{ NAME }}')).renderSlice('EMAIL', [
      { NAME: '<b>&co' },
    ]);
    expect(outcome).toEqual({
      ok: true,
      message: {
        fromAddress: 'news@example.com',
        fromName: 'News',
        subject: 'For <b>&co',
        html: '<p>&lt;b&gt;&amp;co</p>',
        text: '<b>&co',
      },
    });
  });

  it.each([
    '{{ NAME|upper|lower }}',
    '{{ X|default(NAME) }}',
    '{{ X ?? NAME }}',
    '{{ X ? "a" : NAME }}',
    '{{ "<b>" ~ NAME }}',
    '{{ [NAME]|join(",") }}',
    '{{ {"a": NAME}|join }}',
    '{{ NAME|replace({"x": "<"}) }}',
    '{{ NAME|escape|default("x") }}',
    '{{ NAME|url_encode ~ NAME }}',
    '{% set x = NAME %}{{ x }}',
    '{% for x in [NAME] %}{{ x }}{% endfor %}',
    '{{ NAME|split("")|join }}',
    '{{ max(NAME, "") }}',
    '{{ NAME|first }}{{ NAME|slice(0, 9) }}',
    '{{ "<i>%s"|replace({"%s": NAME}) }}',
  ])('escapes the value in %s', (html) => {
    const [outcome] = compileContent(email(html)).renderSlice('EMAIL', [{ NAME: '<u>' }]);
    expect(outcome).toMatchObject({ ok: true, message: { html: expect.stringMatching(/&lt;/) } });
    expect(outcome).toMatchObject({ message: { html: expect.not.stringMatching(/<u>/) } });
  });

  it('lets no value out of an attribute, whatever its quotes', () => {
    const html = `<a title='{{ NAME|trim }}' alt="{{ NAME }}">`;
    const [outcome] = compileContent(email(html)).renderSlice('EMAIL', [{ NAME: `'x"` }]);
    const safe = '&#039;x&quot;';
    expect(outcome).toMatchObject({ message: { html: `<a title='${safe}' alt="${safe}">` } });
  });

  it('lets no value add a line to a mail header', () => {
    const [outcome] = compileContent(email('x', 'For {{ NAME }}')).renderSlice('EMAIL', [{ NAME: 'a\r\nBcc: b' }]);
    expect(outcome).toMatchObject({ ok: true, message: { subject: 'For a Bcc: b' } });
  });

  it('keeps the engine and the language out of reach', () => {
    expect(
      body(
        push(
          '[{{ user.constructor }}{{ NAME.constructor }}{{ user.__proto__ }}{{ user.toString() }}{{ NAME.trim() }}]',
        ),
        { NAME: 'a' },
      ),
    ).toBe('[]');
  });

  it('keeps what one person set from the next', () => {
    const content = push('{% if A %}{% set x = "seen" %}{% endif %}{{ x }}');
    const outcomes = compileContent(content).renderSlice('MOBILE_PUSH', [{ A: '1' }, {}]);
    expect(outcomes.map((outcome) => outcome.ok && 'body' in outcome.message && outcome.message.body)).toEqual([
      'seen',
      '',
    ]);
  });

  it('refuses a push message that is too large for its carrier', () => {
    expect(body(push('{{ TEXT }}'), { TEXT: 'é'.repeat(2000) })).toMatchObject({ reason: 'PAYLOAD_TOO_LARGE' });
  });

  it('refuses a text message of more than ten parts', () => {
    const content: CampaignContent = { sms: { from: 'Shop', text: '{{ TEXT }}' }, personalisation: empty };
    const outcomes = compileContent(content).renderSlice('SMS', [
      { TEXT: 'a'.repeat(1530) },
      { TEXT: 'a'.repeat(1531) },
    ]);
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, false]);
  });

  it('stops text that multiplies itself', () => {
    const doubling = '{% set a = a ~ a ~ "xxxxxxxxxxxxxxxx" %}'.repeat(40);
    expect(body(push(`${doubling}{{ a }}`), {})).toMatchObject({ reason: 'PAYLOAD_TOO_LARGE' });
  });

  it('stops a template that runs away twice, and everybody after it, and the next time at once', () => {
    const spin =
      '{% for i in 1..1000 %}{% for j in 1..1000 %}{{ A|replace({"a":"b"})|upper|lower|trim }}{% endfor %}{% endfor %}';
    let tries = 0;
    const person = {
      get A(): string {
        tries += 1;
        return '';
      },
    };
    const content = compileContent(push(spin));
    const outcomes = content.renderSlice('MOBILE_PUSH', Array(3).fill(person));
    expect(outcomes).toHaveLength(3);
    for (const outcome of outcomes) expect(outcome).toMatchObject({ ok: false, reason: 'NOT_PERSONALISED' });
    expect(tries).toBe(2);
    expect(content.renderSlice('MOBILE_PUSH', [person])).toMatchObject([{ ok: false }]);
    expect(tries).toBe(3);
  }, 20_000);

  it('goes on where it was stopped, when the process stood still for longer than a template may take', () => {
    const clock = new Int32Array(new SharedArrayBuffer(4));
    let hasStood = false;
    const people = ['A', 'B', 'C'].map((name) => ({
      get NAME(): string {
        if (name !== 'B' || hasStood) return name;
        hasStood = true;
        Atomics.wait(clock, 0, 0, sliceTimeLimitMs + 100);
        return name;
      },
    }));
    const outcomes = compileContent(push('Hi {{ NAME }}')).renderSlice('MOBILE_PUSH', people);
    expect(outcomes).toMatchObject(['A', 'B', 'C'].map((name) => ({ ok: true, message: { body: `Hi ${name}` } })));
    expect(hasStood).toBe(true);
  }, 20_000);

  it('sends no text message in the name of what is none, once it is rendered', () => {
    const content: CampaignContent = {
      sms: { from: '{{ Brand }}', text: 'Hi' },
      personalisation: { whenMissing: 'EMPTY' },
    };
    const brands = ['Shop', 'AShopWithALongName', ''].map((Brand) => ({ Brand }));
    expect(compileContent(content).renderSlice('SMS', brands)).toMatchObject([
      { ok: true, message: { from: 'Shop' } },
      { ok: false, reason: 'NOT_PERSONALISED', detail: '"AShopWithALongName" is no sender of a text message' },
      { ok: true, message: { from: '' } },
    ]);
  });
});
