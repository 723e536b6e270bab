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

  it('agrees with a count of octets over random texts of every alphabet', () => {
    const random = seeded(20_261_123);
    for (let round = 0; round < 3_000; round += 1) {
      const pool = random(2) === 0 ? septets : [...septets, ...others];
      const text = Array.from({ length: random(400) }, () => pool[random(pool.length)]).join('');
      const { encoding, texts, units } = splitSms(text);
      expect(texts.join('')).toBe(text);
      expect(encoding).toBe([...text].every((character) => septets.includes(character)) ? 'GSM7' : 'UCS2');
      expect(units).toBe(octetsOrSeptets(text, encoding));
      const room = encoding === 'GSM7' ? { one: 160, more: 153 } : { one: 70, more: 67 };
      expect(texts.length === 1).toBe(units <= room.one);
      if (texts.length > 1)
        expect(Math.max(...texts.map((part) => octetsOrSeptets(part, encoding)))).toBeLessThanOrEqual(room.more);
      // Only a character that takes two units may leave one unit of a part empty.
      texts.slice(0, -1).forEach((part) => {
        expect(octetsOrSeptets(part, encoding)).toBeGreaterThanOrEqual(room.more - 1);
      });
      expect(countSmsParts(text)).toEqual({ encoding, units, parts: texts.length });
    }
  });
});

const septets = [...'abcXYZ019 @£Δß\n', ...'^{}\\[~]|€'];
const others = [...'жçá漢😀👍'];

/** UCS-2 has two octets for a unit; the extension table of GSM 7 bit an escape before the character. */
function octetsOrSeptets(text: string, encoding: 'GSM7' | 'UCS2'): number {
  if (encoding === 'UCS2') return Buffer.byteLength(text, 'utf16le') / 2;
  return text.replace(/[\^{}\\[~\]|€]/g, '\u001b$&').length;
}

/** Park and Miller's numbers: the same in every run. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}
