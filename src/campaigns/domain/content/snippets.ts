import { TemplateFault } from './template-fault';

/** Texts of snippets by name. */
export type SnippetTexts = Readonly<Record<string, string>>;

/** Bounds of snippets. */
export const snippetBounds = {
  textBytes: 16_384,
  /** Snippets inside snippets, the outermost counted. */
  depth: 5,
  /** What a text may grow to by its snippets, in UTF-16 units. */
  expandedLength: 524_288,
  /** In one project. */
  count: 500,
} as const;

/** What a snippet may be called. */
export const snippetName = /^[A-Za-z]\w{0,49}$/;

const use = /\{\{-?\s*snippets\.([A-Za-z]\w*)\s*-?\}\}/g;

/** The snippets that a text uses by itself. */
export function snippetsIn(text: string): string[] {
  return [...new Set([...text.matchAll(use)].map(([, name = '']) => name))];
}

/**
 * Puts the texts of snippets in their places; what comes out is checked and compiled like any text.
 * @throws {TemplateFault} when a snippet is not there, leads back to itself, or the text grows too long.
 */
export function expandSnippets(source: string, snippets: SnippetTexts): string {
  return expand(source, { snippets, chain: [], left: { length: snippetBounds.expandedLength } });
}

interface Expansion {
  snippets: SnippetTexts;
  /** Names on the way here, outermost first. */
  chain: string[];
  /** Shared by the whole text, so that snippets of snippets cannot multiply without bound. */
  left: { length: number };
}

function expand(text: string, { snippets, chain, left }: Expansion): string {
  return text.replaceAll(use, (_whole, name: string) => {
    const inner = Object.hasOwn(snippets, name) ? snippets[name] : undefined;
    if (inner === undefined) throw new TemplateFault('UNKNOWN_SNIPPET', `There is no snippet "${name}"`);
    if (chain.includes(name)) {
      throw new TemplateFault(
        'NOT_ALLOWED_IN_TEMPLATE',
        `Snippet "${name}" uses itself: ${[...chain, name].join(' → ')}`,
      );
    }
    if (chain.length >= snippetBounds.depth) {
      throw new TemplateFault('NOT_ALLOWED_IN_TEMPLATE', `Snippets can stand in snippets ${snippetBounds.depth} deep`);
    }
    left.length -= inner.length;
    if (left.length < 0) throw new TemplateFault('TOO_LONG', 'The text grows too long by its snippets');
    return expand(inner, { snippets, chain: [...chain, name], left });
  });
}
