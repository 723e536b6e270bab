/** A peer that is gone without a word is noticed, and what waits for it fails, instead of never. */
export const keepAlive = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 };
