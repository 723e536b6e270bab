/** A Message-ID in its brackets, whether it came with them or without; null when the text is none. */
export function inBrackets(text: string): string | null {
  const id = /^<?([^<>\s]{1,300})>?$/.exec(text.trim())?.[1];
  return id ? `<${id}>` : null;
}
