import { encodeLinkValues } from './link-values';
import { compileText } from './text-template';

const rendered = (source: string, values: Record<string, unknown>, escaping: 'html' | 'none' = 'none'): string =>
  compileText(source, escaping).render(new Map(Object.entries(values))).text;

describe('placeholders in links', () => {
  it.each([
    ['https://example.com/?a=1&name={{ NAME }}', 'https://example.com/?a=1&name=A%26b%3D%20c'],
    ['Play at app://open?game={{ NAME }}&x=1 now, {{ NAME }}', 'Play at app://open?game=A%26b%3D%20c&x=1 now, A&b= c'],
    [
      'https://example.com/{{ NAME }}/?a={{ NAME }}-{{ NAME }}',
      'https://example.com/A&b= c/?a=A%26b%3D%20c-A%26b%3D%20c',
    ],
    ['https://example.com/?a={{ NAME|upper }}', 'https://example.com/?a=A%26B%3D%20C'],
    ['https://example.com/?a={{ GONE|default("x y") }}', 'https://example.com/?a=x%20y'],
    ['https://example.com/?a={{ NAME|url_encode }}', 'https://example.com/?a=A%26b%3D%20c'],
    ['https://example.com/?a={{ user.level || "top 5" }}', 'https://example.com/?a=top%205'],
    ['https://example.com/?a={{ COUNT }}', 'https://example.com/?a=12.5'],
    ['{{ LINK }}', 'https://example.com/?a=b c'],
    ['Is 1 < 2? Then a={{ NAME }}', 'Is 1 < 2? Then a=A&b= c'],
  ])('are encoded in query values alone: %s', (source, text) => {
    expect(rendered(source, { NAME: 'A&b= c', COUNT: 12.5, LINK: 'https://example.com/?a=b c', user: new Map() })).toBe(
      text,
    );
  });

  it('are encoded and then escaped in HTML', () => {
    const html = '<a href="https://example.com/?a=1&amp;n={{ NAME }}">{{ NAME }}</a>';
    expect(rendered(html, { NAME: `"O'Neill" & co` }, 'html')).toBe(
      '<a href="https://example.com/?a=1&amp;n=%22O&#039;Neill%22%20%26%20co">&quot;O&#039;Neill&quot; &amp; co</a>',
    );
  });

  it('still count as missing', () => {
    const template = compileText('https://example.com/?a={{ GONE }}', 'none');
    expect([...template.render(new Map()).missing]).toEqual(['GONE']);
    expect([...template.references.optimove]).toEqual(['GONE']);
  });

  it('leave the rest of a source as it is', () => {
    const source = 'a {{ b }}\n{% if c %}{{- d -}}{% endif %} {{ "}}" }} {{ open';
    expect(encodeLinkValues(source)).toBe(source);
    expect(encodeLinkValues('x://y?a={{- b -}}')).toBe('x://y?a={{- (b)|url_encode -}}');
  });
});
