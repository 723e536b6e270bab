import { authoredLinks, linkFinder } from './authored-links';
import type { CampaignContent } from './campaign-content';

const personalisation = { whenMissing: 'EMPTY' } as const;
const email = { fromAddress: 'offers@example.com', fromName: 'Example', subject: 'Hello' };
const linksIn = (content: Omit<CampaignContent, 'personalisation'>): string[] =>
  authoredLinks({ personalisation, ...content }).map(({ medium, position, link }) => `${medium} ${position} ${link}`);

describe('the links of content', () => {
  it('are those of the HTML that clicks are counted of, each once, in their order', () => {
    const html = `<a href="https://example.com/b?a=1&amp;b=2">B</a> <A class='x' href='casino://offers/7'>A</A>
      <a href="https://example.com/b?a=1&amp;b=2">again</a> <a href="https://example.com/terms" data-track="off">Terms</a>
      <a data-track='off' href="https://example.com/imprint">Imprint</a> <a href="mailto:a@example.com">Mail</a>
      <a href="{{ system.url.profile }}">Preferences</a> <a href="{{ offer.url|default("https://example.com") }}">Offer</a>`;
    expect(linksIn({ email: { ...email, html } })).toEqual([
      'EMAIL 1 https://example.com/b?a=1&b=2',
      'EMAIL 2 casino://offers/7',
      'EMAIL 3 {{ offer.url|default("https://example.com") }}',
    ]);
  });

  it('are the web addresses of texts whose links are short', () => {
    const text = 'Kim: https://example.com/?for={{ FirstName | upper }}. (or http://a.example/b?to=https://c.example)';
    expect(linksIn({ sms: { from: '', text } })).toEqual([]);
    expect(linksIn({ sms: { from: '', text, hasShortLinks: true } })).toEqual([
      'SMS 1 https://example.com/?for={{ FirstName | upper }}',
      'SMS 2 http://a.example/b?to=https://c.example',
    ]);
  });

  it('are those of snippets and of alternatives too', () => {
    const content = {
      email: { ...email, html: '<a href="https://example.com/en">x</a>{{ snippets.foot }}' },
      snippets: { foot: '<a href="https://example.com/foot">x</a>' },
      alternatives: [
        { language: 'de', texts: [{ path: 'email.html', text: '<a href="https://example.com/de">x</a>' }] },
        { language: 'fr', texts: [{ path: 'email.subject', text: 'https://example.com/fr' }] },
      ],
    };
    expect(linksIn(content)).toEqual([
      'EMAIL 1 https://example.com/en',
      'EMAIL 2 https://example.com/foot',
      'EMAIL 3 https://example.com/de',
    ]);
  });

  it('end with a placeholder that is never closed, and are at most 200', () => {
    expect(linksIn({ email: { ...email, html: '<a href="https://example.com/{{ a">x</a>' } })).toHaveLength(1);
    const html = Array.from({ length: 300 }, (_, index) => `<a href="https://example.com/${index}">x</a>`).join('');
    expect(linksIn({ email: { ...email, html } })).toHaveLength(200);
  });
});

describe('the link that an address was made of', () => {
  const found = (address: string, ...links: string[]): string | undefined =>
    linkFinder(links.map((link) => ({ link })))(address)?.link;

  it('has its literals in their order, from the start to the end', () => {
    const link = 'https://example.com/{{ a }}/x/{% if b %}1{% endif %}/end?c={{ c }}';
    expect(found('https://example.com/Kim/x/1/end?c=', link)).toBe(link);
    expect(found('https://example.com/x/Kim/1/end?c=2', link)).toBeUndefined();
    expect(found('https://example.org/Kim/x/1/end?c=2', link)).toBeUndefined();
    expect(found('https://example.com/ab', 'https://example.com/ab{{ a }}b')).toBeUndefined();
    expect(found('https://example.com/a', 'https://example.com/')).toBeUndefined();
  });

  it('is the one that says most of it', () => {
    const links = ['{{ url }}', 'https://example.com/{{ page }}', 'https://example.com/terms'];
    expect(found('https://example.com/terms', ...links)).toBe('https://example.com/terms');
    expect(found('https://example.com/offers', ...links)).toBe('https://example.com/{{ page }}');
    expect(found('https://shop.example', ...links)).toBe('{{ url }}');
  });
});
