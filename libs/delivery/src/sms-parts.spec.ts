import { countSmsParts, splitSms } from './sms-parts';

describe('SMS parts', () => {
  it.each([
    ['', 'GSM7', 0, 1],
    ['a'.repeat(160), 'GSM7', 160, 1],
    ['a'.repeat(161), 'GSM7', 161, 2],
    ['a'.repeat(306), 'GSM7', 306, 2],
    ['a'.repeat(307), 'GSM7', 307, 3],
    ['€'.repeat(80), 'GSM7', 160, 1],
    ['€'.repeat(81), 'GSM7', 162, 2],
    ['ж'.repeat(70), 'UCS2', 70, 1],
    ['ж'.repeat(71), 'UCS2', 71, 2],
    ['😀'.repeat(35), 'UCS2', 70, 1],
    ['😀'.repeat(36), 'UCS2', 72, 2],
  ] as const)('counts %#: %s', (text, encoding, units, parts) => {
    expect(countSmsParts(text)).toEqual({ encoding, units, parts });
  });

  it('never tears an extension character or an emoji apart, and loses nothing', () => {
    const euro = splitSms(`${'a'.repeat(152)}€${'b'.repeat(20)}`);
    expect(euro.texts[0]).toBe('a'.repeat(152));
    const emoji = splitSms(`${'a'.repeat(66)}😀${'b'.repeat(20)}`);
    expect(emoji.texts[0]).toBe('a'.repeat(66));
    expect(emoji.texts.join('')).toBe(`${'a'.repeat(66)}😀${'b'.repeat(20)}`);
  });
});
