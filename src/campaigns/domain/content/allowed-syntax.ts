/** Node types of the syntax tree that an author may use; everything else is refused. */
export const allowedNodes: ReadonlySet<string> = new Set([
  'template',
  'text',
  'verbatim',
  'comment',
  'print',
  'if',
  'for',
  'for_loop',
  'set',
  'name',
  'assignment',
  'constant',
  'array',
  'hash',
  'attribute_accessor',
  'conditional',
  'nullish_coalescing',
  'filter',
  'function',
  'test',
  'concatenate',
  'add',
  'subtract',
  'multiply',
  'divide',
  'divide_and_floor',
  'modulo',
  'and',
  'or',
  'not',
  'negative',
  'positive',
  'is_equal_to',
  'is_not_equal_to',
  'is_greater_than',
  'is_greater_than_or_equal_to',
  'is_less_than',
  'is_less_than_or_equal_to',
  'is_in',
  'is_not_in',
  'starts_with',
  'ends_with',
  'spaceship',
  'range',
]);

/**
 * Filters that neither leave escaping, call back into the template nor multiply their input without bound. Not nl2br and
 * raw: what they return is printed without escaping.
 */
export const allowedFilters: ReadonlySet<string> = new Set([
  'abs',
  'capitalize',
  'date',
  'default',
  'e',
  'escape',
  'first',
  'join',
  'last',
  'length',
  'lower',
  'number_format',
  'replace',
  'reverse',
  'round',
  'slice',
  'split',
  'striptags',
  'title',
  'trim',
  'upper',
  'url_encode',
]);

/** Functions that read nothing but their arguments. */
export const allowedFunctions: ReadonlySet<string> = new Set(['date', 'max', 'min']);

/** Names that would reach into the engine instead of the customer's values. */
export const reservedNames: ReadonlySet<string> = new Set(['_self', '_context', '_charset', 'system', 'snippets']);

/** Bounds of a template, checked when it is saved and again when it is compiled. */
export const templateBounds = {
  sourceBytes: 65_536,
  nesting: 50,
  loopDepth: 2,
  loopSteps: 1_000,
} as const;
