/** How a text travels by SMS. */
export interface SmsParts {
  encoding: 'GSM7' | 'UCS2';
  /** Septets for GSM7 (two for a character of the extension table), UTF-16 units for UCS2. */
  units: number;
  parts: number;
}

// GSM 03.38 default alphabet and its extension table, without the escape itself.
const basic = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
const extension = new Set('\f^{}\\[~]|€');

const limits = { GSM7: { single: 160, part: 153 }, UCS2: { single: 70, part: 67 } } as const;

/** Whether every character of the text is in the GSM alphabet or its extension. */
export function isGsm(text: string): boolean {
  return [...text].every((character) => basic.has(character) || extension.has(character));
}

/** Splits a text into what one SMS each can carry; a character is never torn apart. One part when it fits. */
export function splitSms(text: string): { encoding: SmsParts['encoding']; texts: string[]; units: number } {
  const encoding = isGsm(text) ? 'GSM7' : 'UCS2';
  const sizeOf = (character: string) => (encoding === 'UCS2' ? character.length : extension.has(character) ? 2 : 1);
  const characters = [...text];
  const units = characters.reduce((sum, character) => sum + sizeOf(character), 0);
  if (units <= limits[encoding].single) return { encoding, texts: [text], units };
  const texts = [''];
  let size = 0;
  for (const character of characters) {
    if (size + sizeOf(character) > limits[encoding].part) {
      texts.push('');
      size = 0;
    }
    texts[texts.length - 1] += character;
    size += sizeOf(character);
  }
  return { encoding, texts, units };
}

/** How many SMS a text costs (3GPP TS 23.038 alphabets, 6-byte concatenation header). */
export function countSmsParts(text: string): SmsParts {
  const { encoding, texts, units } = splitSms(text);
  return { encoding, units, parts: texts.length };
}
