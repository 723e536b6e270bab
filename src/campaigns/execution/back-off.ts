const firstRetryMs = 1_000;
const longestRetryMs = 60_000;
const longestAskedMs = 600_000;

/** How long whoever was refused for now waits for another try: longer each time, and as long as the provider asks. */
export function backOffMs(refusals: number, retryAfterMs = 0): number {
  const ownMs = Math.min(firstRetryMs * 2 ** refusals, longestRetryMs);
  return Math.max(ownMs, Math.min(retryAfterMs, longestAskedMs));
}
