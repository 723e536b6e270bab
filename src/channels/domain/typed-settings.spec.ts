import { getProvider, type ProviderDefinition } from '@libs/delivery';
import { readSettings, secretsToRepeat } from './typed-settings';

function provider(key: string): ProviderDefinition {
  const definition = getProvider(key);
  if (!definition) throw new Error(`No provider ${key}`);
  return definition;
}

describe('typed settings', () => {
  it('reads texts into the kinds of the fields and keeps the rest', () => {
    const typed = [
      { name: 'port', value: ' 587 ' },
      { name: 'isSecure', value: 'true' },
      { name: 'host', value: ' mail.example.com ' },
      { name: 'user', value: null },
      { name: 'password', value: ' spaces count ' },
    ];
    expect(readSettings(provider('smtp'), { user: 'u', connections: 3 }, typed)).toEqual({
      settings: { host: 'mail.example.com', port: 587, isSecure: true, connections: 3, password: ' spaces count ' },
      problems: [],
    });
  });

  it.each([
    ['port', 'many'],
    ['isSecure', 'yes'],
  ])('names %s when it cannot be read', (name, value) => {
    expect(readSettings(provider('smtp'), {}, [{ name, value }]).problems).toMatchObject([{ field: name }]);
  });

  it.each(['host', 'port', 'isSecure', 'allowsPlain'])('asks for the secret again when %s changes', (name) => {
    const before = { host: 'a', port: 25, isSecure: true, password: 'p' };
    const change = { before, after: { ...before, [name]: 'other' } };
    expect(secretsToRepeat(provider('smtp'), { ...change, typed: [] })).toMatchObject([{ field: 'password' }]);
    const typed = [{ name: 'password', value: 'p' }];
    expect(secretsToRepeat(provider('smtp'), { ...change, typed })).toEqual([]);
  });

  it('asks for nothing again when other settings change', () => {
    const before = { host: 'a', port: 25, password: 'p' };
    const after = { ...before, connections: 7 };
    expect(secretsToRepeat(provider('smtp'), { before, after, typed: [] })).toEqual([]);
  });
});
