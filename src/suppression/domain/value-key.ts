import { isUserId } from '@modules/profiles';

/** A user ID in the form in which values are looked up: without outer blanks; null when no profile can have it. */
export function valueKeyOf(userId: string | null): string | null {
  const key = userId?.trim() ?? '';
  return isUserId(key) ? key : null;
}

/**
 * A customer ID in the form in which what was said of the customer is kept where it is the user ID: as it is, for two that
 * differ in the blanks around them are two customers. Null when no profile can have it in any spelling.
 */
export function customerKeyOf(customerId: string | null): string | null {
  return customerId !== null && isUserId(customerId) ? customerId : valueKeyOf(customerId);
}
