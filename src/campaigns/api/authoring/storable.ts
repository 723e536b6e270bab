/** PostgreSQL's JSON takes neither NUL nor half a surrogate pair. */
export function storable(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8').replaceAll('\0', '');
}

/** A text that is there, or nothing. */
export function optional(text: string | null | undefined): string | undefined {
  return text ? storable(text) : undefined;
}
