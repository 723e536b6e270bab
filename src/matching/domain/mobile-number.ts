/** A number that can be used, or why not. */
export type CheckedNumber = { number: string } | { problem: string };

const shortest = 7;
const longest = 15;

/** Numbers come as digits with country code, without `+` and without `00` (E.164 allows 15 digits). */
export function checkMobileNumber(text: string): CheckedNumber {
  const number = text.trim();
  if (number === '') return { problem: 'The number is empty' };
  if (number.startsWith('+')) return { problem: 'The number begins with +; send digits with country code only' };
  if (!/^\d+$/.test(number)) return { problem: 'The number has characters that are not digits' };
  if (number.startsWith('00')) return { problem: 'The number begins with 00; send the country code without it' };
  if (number.startsWith('0')) return { problem: 'The number begins with 0; it lacks the country code' };
  if (number.length < shortest) return { problem: `The number has ${number.length} digits; ${shortest} are the least` };
  if (number.length > longest) return { problem: `The number has ${number.length} digits; ${longest} are the most` };
  return { number };
}
