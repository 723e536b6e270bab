import type { Medium } from '@libs/delivery';

/** One way to a person. */
export interface Way {
  medium: Medium;
  isAllowed: boolean;
}

/** A medium that was handed over by before, and whether all of it was refused for good. */
export interface TriedMedium {
  medium: Medium;
  isRefused: boolean;
}

/**
 * Those ways by which a person gets a message that goes out over the first medium in `order` that reaches them. A medium
 * that was tried stays the one, unless the provider refused all of it: then the next one is.
 */
export function firstReachable<T extends Way>(
  ways: readonly T[],
  order: readonly Medium[],
  tried: readonly TriedMedium[],
): T[] {
  const bound = tried.find(({ isRefused }) => !isRefused);
  const refused = new Set(tried.map(({ medium }) => medium));
  const isOpen = (medium: Medium): boolean => (bound ? bound.medium === medium : !refused.has(medium));
  const chosen = order.find((medium) => isOpen(medium) && ways.some((way) => way.medium === medium && way.isAllowed));
  // Without a way, all that stands against the person stays to be told.
  return chosen === undefined
    ? ways.filter(({ isAllowed }) => !isAllowed)
    : ways.filter(({ medium }) => medium === chosen);
}
