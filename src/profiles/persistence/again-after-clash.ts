/** A key that was made, and a wait for each other that the database broke, by SQLSTATE. */
const clashes = new Set(['23505', '40P01']);
const mostTries = 5;

/**
 * Does the work again when others met it on the same rows in the same instant, up to five times. It must be one
 * transaction that leaves nothing behind when it fails. @throws what the last try threw, or anything but a clash.
 */
export async function againAfterClash<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === mostTries || !clashes.has((error as { code?: string }).code ?? '')) throw error;
    }
  }
}
