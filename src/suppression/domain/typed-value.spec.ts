import type { AttributeType } from '@modules/profiles';
import { comparisonKeys, readValue } from './typed-value';

describe('the value of a suppression attribute', () => {
  it.each<[AttributeType, string | null, unknown]>([
    ['BOOLEAN', 'true', true],
    ['BOOLEAN', ' No ', false],
    ['NUMBER', '12.50', 12.5],
    ['DATE', '10/21/2022 00:00:00', '2022-10-21'],
    ['DATE', '2022-10-21T10:00:00Z', '2022-10-21'],
    ['DATE', '01/01/1900 00:00:00', null],
    ['STRING', 'excluded', 'excluded'],
    ['ARRAY', '["a","b"]', ['a', 'b']],
    ['ARRAY', 'a; b', ['a', 'b']],
    ['BOOLEAN', null, null],
    ['STRING', 'NULL', null],
    ['STRING', '', null],
  ])('%s %j is %j', (type, text, value) => {
    expect(readValue(type, text)).toEqual({ value });
  });

  it.each<[AttributeType, string]>([
    ['BOOLEAN', 'maybe'],
    ['NUMBER', '1e9'],
    ['NUMBER', 'twelve'],
    ['DATE', '13/45/2022'],
    ['DATE', '2022-02-30'],
    ['STRING', 'x'.repeat(102)],
    ['ARRAY', '[1,2]'],
  ])('%s refuses %j with a reason', (type, text) => {
    expect(readValue(type, text)).toEqual({ reason: expect.any(String) });
  });

  it('is compared without case, and a boolean however it is written', () => {
    expect(comparisonKeys('Excluded ')).toEqual(['excluded']);
    expect(comparisonKeys(true)).toContain('yes');
    expect(comparisonKeys(['A', 'b'])).toEqual(['a', 'b']);
  });
});
