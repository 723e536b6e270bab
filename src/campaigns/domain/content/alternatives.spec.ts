import { allocateVariant } from './allocate-variant';
import type { ContentAlternative, ContentVariant } from './alternatives';
import type { CampaignContent } from './campaign-content';
import { compileContent } from './compile-content';
import { previewContent } from './preview-content';
import { validateContent } from './validate-content';

const halves: ContentVariant[] = [
  { name: 'A', percent: 50 },
  { name: 'B', percent: 50 },
];

function title(text: string, rest: Omit<ContentAlternative, 'texts'>): ContentAlternative {
  return { ...rest, texts: [{ path: 'mobilePush.title', text }] };
}

function content(alternatives: ContentAlternative[], variants: ContentVariant[] | undefined = halves): CampaignContent {
  const mobilePush = { title: 'own', body: 'body', data: { 'a.b': 'x' } };
  return { mobilePush, personalisation: { whenMissing: 'EMPTY' }, variants, alternatives };
}

function titleFor(given: CampaignContent, { language, variant }: { language?: string; variant?: string }): unknown {
  const person = { user: { language } };
  const [outcome] = compileContent(given).renderSlice('MOBILE_PUSH', [person], [variant ?? null]);
  return outcome?.ok && 'title' in outcome.message && outcome.message.title;
}

const all = content([
  title('pt', { language: 'pt' }),
  title('pt-BR', { language: 'pt-BR' }),
  title('de', { language: 'de' }),
  title('B', { variant: 'B' }),
  title('de B', { language: 'de', variant: 'B' }),
]);

describe('languages and variants', () => {
  it.each([
    [{ language: 'pt-BR' }, 'pt-BR'],
    [{ language: 'PT_br' }, 'pt-BR'],
    [{ language: 'pt-PT' }, 'pt'],
    [{ language: 'fr' }, 'own'],
    [{}, 'own'],
    [{ variant: 'A' }, 'own'],
    [{ variant: 'B' }, 'B'],
    [{ language: 'fr', variant: 'B' }, 'B'],
    [{ language: 'de-AT', variant: 'B' }, 'de B'],
    [{ language: 'de-AT', variant: 'A' }, 'de'],
    [{ language: 'pt-BR', variant: 'B' }, 'pt-BR'],
  ])('%j gets "%s"', (choice, expected) => {
    expect(titleFor(all, choice)).toBe(expected);
  });

  it('leaves texts that an alternative does not have as they are, text by text', () => {
    const given = content([
      { language: 'de', texts: [{ path: 'mobilePush.data.a.b', text: 'de data' }] },
      title('de-AT', { language: 'de-AT' }),
    ]);
    const [outcome] = compileContent(given).renderSlice('MOBILE_PUSH', [{ user: { language: 'de-AT' } }]);
    expect(outcome).toMatchObject({ ok: true, message: { title: 'de-AT', body: 'body', data: { 'a.b': 'de data' } } });
  });

  it('asks for the placeholders of every language and variant', () => {
    const given = content([title('{{ DE }}', { language: 'de' }), title('{{ B|default("x") }}', { variant: 'B' })]);
    expect(compileContent(given).optimoveAttributes).toEqual(['B', 'DE']);
    expect(validateContent(given).placeholders.optimove).toEqual(['B', 'DE']);
  });

  it('is previewed for one choice', () => {
    const [push] = previewContent(all, new Map(), { language: 'de', variant: 'B' }).media;
    expect(push?.message).toMatchObject({ title: 'de B' });
  });

  it('escapes a replaced HTML text as the own one', () => {
    const email = { fromAddress: 'a@example.com', fromName: '', subject: 's', html: '<p>own</p>' };
    const texts = [{ path: 'email.html', text: '<p>{{ X }}</p>' }];
    const given: CampaignContent = {
      email,
      personalisation: { whenMissing: 'EMPTY' },
      alternatives: [{ language: 'de', texts }],
    };
    const [outcome] = compileContent(given).renderSlice('EMAIL', [{ X: '<b>', user: { language: 'de' } }]);
    expect(outcome).toMatchObject({ ok: true, message: { html: '<p>&lt;b&gt;</p>' } });
  });
});

describe('findings about languages and variants', () => {
  it.each<[string, CampaignContent, string]>([
    ['one variant', content([], [{ name: 'A', percent: 100 }]), 'variants'],
    [
      'shares that are not 100',
      content(
        [title('B', { variant: 'B' })],
        [
          { name: 'A', percent: 50 },
          { name: 'B', percent: 49 },
        ],
      ),
      'variants',
    ],
    [
      'a name twice',
      content(
        [title('A', { variant: 'A' })],
        [
          { name: 'A', percent: 50 },
          { name: 'A', percent: 50 },
        ],
      ),
      'variants.1.name',
    ],
    ['nothing that it is for', content([title('x', {}), title('B', { variant: 'B' })]), 'alternatives.0'],
    [
      'an unknown variant',
      content([title('C', { variant: 'C' }), title('B', { variant: 'B' })]),
      'alternatives.0.variant',
    ],
    ['no language', content([title('x', { language: 'german!' })], undefined), 'alternatives.0.language'],
    [
      'the same language twice',
      content([title('x', { language: 'de' }), title('y', { language: 'DE' })]),
      'alternatives.1',
    ],
    [
      'an unknown path',
      content([{ language: 'de', texts: [{ path: 'mobilePush.titel', text: 'x' }] }, title('B', { variant: 'B' })]),
      'alternatives.0.texts.0.path',
    ],
    [
      'a text beyond its bound',
      content([title('x'.repeat(201), { language: 'de' }), title('B', { variant: 'B' })]),
      'alternatives.0.texts.0.text',
    ],
    [
      'a broken template',
      content([title('{{ ', { language: 'de' }), title('B', { variant: 'B' })]),
      'alternatives.0.texts.0.text',
    ],
    ['a variant without texts', content([]), 'variants.1'],
  ])('%s is found at its path', (_, given, path) => {
    expect(validateContent(given).findings.map((finding) => finding.path.join('.'))).toContain(path);
  });

  it('are none for whole languages and variants', () => {
    expect(validateContent(all).findings).toEqual([]);
  });
});

describe('allocateVariant', () => {
  const three: ContentVariant[] = [
    { name: 'A', percent: 70 },
    { name: 'B', percent: 20 },
    { name: 'C', percent: 10 },
  ];

  it('keeps to the shares, for every campaign', () => {
    for (const campaign of ['100000001', '100000002', '2000000000']) {
      const counts = new Map<string | null, number>();
      for (let person = 0; person < 20_000; person += 1) {
        const name = allocateVariant(three, `${campaign}:${person}`);
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
      for (const { name, percent } of three) {
        expect(Math.abs((counts.get(name) ?? 0) / 200 - percent)).toBeLessThan(0.8);
      }
    }
  });

  it('gives a person the same variant always, independent of another campaign', () => {
    const keys = Array.from({ length: 4_000 }, (_, index) => String(index));
    const [one, again, other] = ['x', 'x', 'y'].map((campaign) =>
      keys.map((key) => allocateVariant(halves, `${campaign}/${key}`)),
    );
    expect(again).toEqual(one);
    const same = keys.filter((_, index) => one?.[index] === other?.[index]).length;
    expect(Math.abs(same / keys.length - 0.5)).toBeLessThan(0.05);
  });

  it('has nothing to give without variants', () => {
    expect(allocateVariant([], 'x')).toBeNull();
  });
});
