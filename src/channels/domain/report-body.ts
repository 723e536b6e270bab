/** Longest body of a provider's report, in bytes. */
export const largestReport = 4 * 1024 * 1024;
