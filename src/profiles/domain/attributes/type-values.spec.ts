import { typeValues } from './type-values';

describe('values of attributes', () => {
  it('are refused under a name that would be lost', () => {
    const { values, problems } = typeValues(JSON.parse('{"__proto__": "x", "tier": "gold"}'), new Map(), 'PROFILE');
    expect(values).toEqual({ tier: 'gold' });
    expect(problems).toEqual([{ name: '__proto__', reason: 'cannot be the name of an attribute' }]);
  });

  it('stay as they are where nothing is defined, null too', () => {
    const { values, problems } = typeValues({ tier: 'gold', level: null }, new Map(), 'PROFILE');
    expect({ values, problems }).toEqual({ values: { tier: 'gold', level: null }, problems: [] });
  });
});
