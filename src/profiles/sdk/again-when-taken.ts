const uniqueViolation = '23505';

/** Does the work once more when an import took its key in the same instant: now the row is there to be found. */
export async function againWhenTaken<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if ((error as { code?: string }).code !== uniqueViolation) throw error;
    return work();
  }
}
