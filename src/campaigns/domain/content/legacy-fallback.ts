const openTag = '{{';
const closeTag = '}}';

/** A template after its legacy fallbacks were rewritten. */
export interface Rewritten {
  source: string;
  /** Whether there was any legacy fallback. */
  isChanged: boolean;
}

/**
 * Rewrites the fallback of the older syntax, `{{ user.first_name || 'there' }}`, to the `default` filter.
 * Line breaks stay where they are, so that errors name the author's own line.
 */
export function rewriteLegacyFallbacks(source: string): Rewritten {
  let result = '';
  let position = 0;
  for (;;) {
    const start = source.indexOf(openTag, position);
    if (start < 0) break;
    const end = endOfPrint(source, start + openTag.length);
    if (end < 0) break;
    result += source.slice(position, start + openTag.length) + rewritePrint(source.slice(start + openTag.length, end));
    position = end;
  }
  result += source.slice(position);
  return { source: result, isChanged: result !== source };
}

/** Where a printed expression that begins at `from` ends: at its closing braces outside quotes; -1 when it does not. */
export function endOfPrint(source: string, from: number): number {
  return scan(source, from, (index) => source.startsWith(closeTag, index));
}

function rewritePrint(expression: string): string {
  const parts: string[] = [];
  let start = 0;
  for (;;) {
    const at = scan(expression, start, (index) => expression.startsWith('||', index));
    if (at < 0) break;
    parts.push(expression.slice(start, at));
    start = at + 2;
  }
  if (parts.length === 0) return expression;
  const last = expression.slice(start);
  return parts.reduceRight((fallback, part) => ` (${part})|default(${fallback}) `, last);
}

/** The first index outside quotes where `isHit` holds, or -1. */
function scan(text: string, from: number, isHit: (index: number) => boolean): number {
  let quote = '';
  for (let index = from; index < text.length; index++) {
    const char = text.charAt(index);
    if (quote) {
      if (char === '\\') index++;
      else if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (isHit(index)) return index;
  }
  return -1;
}
