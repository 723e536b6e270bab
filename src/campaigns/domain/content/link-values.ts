import { endOfPrint } from './legacy-fallback';

const openTag = '{{';
/** The end of a link of any scheme, up to the value of one of its query parameters. */
const inQueryValue = /[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]*[?&;][^\s"'<>?&=#]+=[^\s"'<>&#]*$/i;
/** Long enough for any link; a longer text before a placeholder need not be looked at. */
const longestLink = 2_000;

/**
 * Encodes placeholders in query values of links, as in `https://example.com/?name={{ NAME }}`, so that a value cannot end
 * its parameter or begin another. What the author encodes is left alone. Line breaks stay where they are.
 */
export function encodeLinkValues(source: string): string {
  let result = '';
  let before = '';
  let position = 0;
  for (;;) {
    const start = source.indexOf(openTag, position);
    const end = start < 0 ? -1 : endOfPrint(source, start + openTag.length);
    if (end < 0) return result + source.slice(position);
    const literal = source.slice(position, start);
    before = (before + literal).slice(-longestLink);
    const expression = source.slice(start + openTag.length, end);
    const isEncoded = /\burl_encode\b|^\s*system\./.test(expression);
    result += literal + openTag + (isEncoded || !inQueryValue.test(before) ? expression : encoded(expression));
    // The closing braces come next; a placeholder is a part of the link without any sign that ends it.
    before += 'x';
    position = end;
    if (source.startsWith('}}', position)) {
      result += '}}';
      position += 2;
    }
  }
}

function encoded(expression: string): string {
  const [, start = '', inner = '', end = ''] = /^(-?\s*)([\s\S]*?)(\s*-?)$/.exec(expression) ?? [];
  return `${start}(${inner})|url_encode${end}`;
}
