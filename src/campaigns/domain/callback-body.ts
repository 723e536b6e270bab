/** Longest body of a callback that is kept whole, in bytes. */
export const largestCallback = 64 * 1024;

/** Header under which the content type stays that the caller sent; the parser is told another one. */
export const originalContentType = 'x-original-content-type';
