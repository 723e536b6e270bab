import type { ContentVariant } from './alternatives';

const shares = 100;

/**
 * The variant of whoever has this key, null when there are none. It depends on the key and the shares only, so that the
 * same person keeps it through retries, restarts and later sends of the campaign.
 */
export function allocateVariant(variants: readonly ContentVariant[], key: string): string | null {
  let left = hash(key) % shares;
  for (const { name, percent } of variants) {
    if (left < percent) return name;
    left -= percent;
  }
  return variants[0]?.name ?? null;
}

/** Whether somebody is held back for comparison: who it is has nothing to do with the variants. */
export function isInControlGroup(percent: number, key: string): boolean {
  return percent > 0 && hash(`control/${key}`) % shares < percent;
}

/** FNV-1a with the last mixing of MurmurHash3, as the low bits of FNV alone are not even. */
function hash(key: string): number {
  let state = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) state = Math.imul(state ^ key.charCodeAt(index), 0x01000193);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}
