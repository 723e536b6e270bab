/** Markup that may be put into a page as it is. */
export class Html {
  constructor(readonly markup: string) {}
}

type Value = string | number | null | Html | readonly Html[];

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Builds markup; every value that is not markup itself is escaped, for element text and quoted attributes alike. */
export function html(parts: TemplateStringsArray, ...values: Value[]): Html {
  return new Html(parts.reduce((built, part, at) => built + markupOf(values[at - 1] ?? null) + part));
}

function markupOf(value: Value): string {
  if (value === null) return '';
  if (value instanceof Html) return value.markup;
  if (typeof value === 'object') return value.map(({ markup }) => markup).join('');
  return String(value).replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
