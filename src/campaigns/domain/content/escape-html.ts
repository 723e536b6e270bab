const specials = /[&<>"']/;
const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#039;' };

/** Makes a value text in HTML, in elements and in attributes with either kind of quotes. */
export function escapeHtml(text: string): string {
  return specials.test(text) ? text.replace(/[&<>"']/g, (char) => entities[char] ?? char) : text;
}
