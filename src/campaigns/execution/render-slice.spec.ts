import { compileContent } from '../domain/content/compile-content';
import type { ExecutionContext } from './execution-context';
import { type MatchedRecipient, renderSlice } from './render-slice';

const minuteMs = 60_000;

describe('messages of a campaign that expires', () => {
  const content = compileContent({
    sms: { from: '', text: 'Kick-off in ten minutes' },
    personalisation: { whenMissing: 'EMPTY' },
    expiresAfterMinutes: 30,
  });
  const context = {
    execution: { attributes: [] },
    contents: new Map([['1', content]]),
    senders: new Map([['SMS', {}]]),
  } as unknown as ExecutionContext;
  const person = (seq: number, dueAt: Date): MatchedRecipient => ({
    ...{ seq, customerId: `c${seq}`, templateId: '1', attributes: [], dueAt },
    profileId: `p${seq}`,
    numberProblem: null,
    drops: [],
  });

  it('are made while they are in time, and end with when they were due once they are not', () => {
    const [early, late] = [new Date(Date.now() - 29 * minuteMs), new Date(Date.now() - 31 * minuteMs)];
    const [inTime, tooLate] = renderSlice(context, [person(1, early), person(2, late)], new Map());
    expect(inTime?.messages.has('SMS')).toBe(true);
    expect(inTime?.drops).toEqual([]);
    expect(tooLate?.messages.size).toBe(0);
    expect(tooLate?.drops).toEqual([{ state: 'EXPIRED', detail: expect.stringContaining(late.toISOString()) }]);
  });
});

describe('the values of a text', () => {
  const text = '{{ tier }} {{ user.tier }} {{ city|default("nowhere") }} {{ gone }}.';
  const rendered = (attributes: (string | null)[], whenMissing: 'EMPTY' | 'SKIP') => {
    const context = {
      execution: { attributes: ['tier', 'city', 'gone'] },
      contents: new Map([['1', compileContent({ sms: { from: '', text }, personalisation: { whenMissing } })]]),
      senders: new Map([['SMS', {}]]),
    } as unknown as ExecutionContext;
    const person: MatchedRecipient = {
      ...{ seq: 1, customerId: 'c', templateId: '1', attributes, dueAt: new Date(), profileId: 'p' },
      numberProblem: null,
      drops: [],
    };
    return renderSlice(context, [person], new Map([['p', { tier: 'stored' }]]))[0];
  };

  it('are Optimove’s, then the stored ones, then the default, then nothing', () => {
    const given = rendered(['optimove', 'Sliema', 'x'], 'EMPTY');
    expect(given?.messages.get('SMS')).toMatchObject({ text: 'optimove stored Sliema x.' });
    const left = rendered([null, null, null], 'EMPTY');
    expect(left?.messages.get('SMS')).toMatchObject({ text: 'stored stored nowhere .' });
  });

  it('keep the message back where there is nothing, when the setting says so', () => {
    const left = rendered([null, null, null], 'SKIP');
    expect(left?.messages.size).toBe(0);
    expect(left?.drops).toEqual([{ state: 'NOT_PERSONALISED', detail: 'No value for gone' }]);
  });
});

describe('the choice of texts', () => {
  const content = compileContent({
    sms: { from: '', text: 'Hello' },
    personalisation: { whenMissing: 'EMPTY' },
    variants: [
      { name: 'A', percent: 50 },
      { name: 'B', percent: 50 },
    ],
    alternatives: [
      { language: 'de', texts: [{ path: 'sms.text', text: 'Hallo' }] },
      { variant: 'B', texts: [{ path: 'sms.text', text: 'Hey' }] },
    ],
  });
  const context = {
    execution: { attributes: [] },
    contents: new Map([['1', content]]),
    senders: new Map([['SMS', {}]]),
  } as unknown as ExecutionContext;

  it('is known of everybody for whom a message is made', () => {
    const people = Array.from({ length: 40 }, (_, index): MatchedRecipient => {
      const seq = index + 1;
      const given = { seq, customerId: `c${seq}`, templateId: '1', attributes: [], dueAt: new Date() };
      return { ...given, profileId: `p${seq}`, numberProblem: null, drops: [] };
    });
    const stored = new Map(
      people.map(({ profileId, seq }) => [profileId ?? '', { language: seq % 2 ? 'de-AT' : 'fr' }]),
    );
    const texts = { 'A/null': 'Hello', 'B/null': 'Hey', 'A/de': 'Hallo', 'B/de': 'Hallo' };
    const rendered = renderSlice(context, people, stored);
    for (const { variant, language, messages } of rendered) {
      expect(messages.get('SMS')).toMatchObject({ text: Reflect.get(texts, `${variant}/${language}`) });
    }
    expect(new Set(rendered.map(({ variant, language }) => `${variant}/${language}`))).toEqual(
      new Set(Object.keys(texts)),
    );
  });

  it('has nothing to do with what the same people got of another campaign', () => {
    const people = Array.from({ length: 40 }, (_, index): MatchedRecipient => {
      const given = { seq: index + 1, customerId: `c${index}`, templateId: '1', attributes: [], dueAt: new Date() };
      return { ...given, profileId: `p${index}`, numberProblem: null, drops: [] };
    });
    const variantsOf = (choiceName: string) =>
      renderSlice({ ...context, choiceName }, people, new Map()).map(({ variant }) => variant);
    expect(variantsOf('one')).toEqual(variantsOf('one'));
    expect(variantsOf('one')).not.toEqual(variantsOf('another'));
  });
});
