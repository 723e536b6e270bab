import type { CampaignContent } from './campaign-content';
import { compileContent } from './compile-content';
import { expandSnippets } from './snippets';
import { validateContent } from './validate-content';

const contentWith = (body: string, snippets: Record<string, string>): CampaignContent => ({
  mobilePush: { title: 'Hello', body },
  personalisation: { whenMissing: 'SKIP' },
  snippets,
});

describe('snippets in content', () => {
  it('stand in their places, and their placeholders are asked for like any other', () => {
    const content = contentWith('Hi. {{ snippets.legal }}', {
      legal: '{{ snippets.age }} {{ Licence }}',
      age: '18+ in {{ user.country }}',
    });
    expect(validateContent(content)).toEqual({
      findings: [],
      placeholders: { optimove: ['Licence'], stored: ['country'] },
    });
    const compiled = compileContent(content);
    expect(compiled.optimoveAttributes).toEqual(['Licence']);
    const [outcome] = compiled.renderSlice('MOBILE_PUSH', [{ Licence: 'MGA/1', user: { country: 'Malta' } }]);
    expect(outcome).toMatchObject({ ok: true, message: { body: 'Hi. 18+ in Malta MGA/1' } });
  });

  it('of alternatives are found too', () => {
    const content: CampaignContent = {
      ...contentWith('Hi', { gruss: '{{ Vorname }}' }),
      alternatives: [{ language: 'de', texts: [{ path: 'mobilePush.body', text: 'Hallo {{ snippets.gruss }}' }] }],
    };
    expect(validateContent(content).placeholders.optimove).toEqual(['Vorname']);
    expect(compileContent(content).optimoveAttributes).toEqual(['Vorname']);
  });

  it('keep to the bounds of the language: what no text may do no snippet may do', () => {
    const { findings } = validateContent(contentWith('{{ snippets.bad }}', { bad: '{% include "x" %}' }));
    expect(findings).toMatchObject([{ code: 'NOT_ALLOWED_IN_TEMPLATE', path: ['mobilePush', 'body'] }]);
  });

  it('that are unknown are named, and reached by name only', () => {
    expect(validateContent(contentWith('{{ snippets.gone }}', {})).findings).toMatchObject([
      { code: 'UNKNOWN_SNIPPET', path: ['mobilePush', 'body'], message: 'There is no snippet "gone"' },
    ]);
    expect(validateContent(contentWith('{{ snippets.constructor }}', {})).findings).toMatchObject([
      { code: 'UNKNOWN_SNIPPET' },
    ]);
    expect(validateContent(contentWith('{{ snippets[NAME] }}', {})).findings).toMatchObject([
      { code: 'NOT_ALLOWED_IN_TEMPLATE' },
    ]);
  });

  it('cannot lead back to themselves, nest without end, or multiply', () => {
    expect(() => expandSnippets('{{ snippets.a }}', { a: '{{ snippets.b }}', b: '{{ snippets.a }}' })).toThrow(
      'Snippet "a" uses itself: a → b → a',
    );
    const deep = Object.fromEntries(
      [...'abcdef'].map((name, index, all) => [name, `{{ snippets.${all[index + 1] ?? 'f'} }}`]),
    );
    expect(() => expandSnippets('{{ snippets.a }}', deep)).toThrow('5 deep');
    const many = (name: string): string => `{{ snippets.${name} }}`.repeat(500);
    const wide = { a: many('b'), b: many('c'), c: many('d'), d: 'x' };
    expect(() => expandSnippets('{{ snippets.a }}', wide)).toThrow('grows too long');
  });
});
