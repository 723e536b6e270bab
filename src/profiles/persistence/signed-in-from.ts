/** Who signs in and out more often while one campaign goes out is forgotten from the oldest on. */
const mostRemembered = 10;

/** SQL: what a device (`d`) remembers of the anonymous profiles that it had, the newest first, when it leaves `left`. */
export const rememberedWith = (left: string): string =>
  `(array_prepend(${left}, d.signed_in_from))[1:${mostRemembered}]`;
