const halfCharacter = /\p{Surrogate}/u;

/** Whether PostgreSQL can store a text: it holds neither zero bytes nor halves of surrogate pairs. */
export function isStorableText(text: string): boolean {
  return !text.includes('\u0000') && !halfCharacter.test(text);
}

/** Whether PostgreSQL can store every text of a JSON value, names of fields among them. */
export function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return isStorableText(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, each]) => isStorableText(name) && isStorable(each));
}
