import { isUserId } from '@modules/profiles';

/** A user ID in the form in which values are kept and looked up: without outer blanks; null when no profile can have it. */
export function valueKeyOf(userId: string | null): string | null {
  const key = userId?.trim() ?? '';
  return isUserId(key) ? key : null;
}
