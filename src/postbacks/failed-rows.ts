/** States in which something did not reach Optimove, or may not have. */
export const failedStates = ['REFUSED', 'UNCERTAIN', 'EXPIRED'] as const;

/** Where what did not reach Optimove of a campaign on a channel is downloaded. */
export function failedRowsPath(
  file: 'engagement' | 'totals',
  { connectionId, campaignId, channelId }: { connectionId: string; campaignId: string; channelId: number },
): string {
  const narrowed = new URLSearchParams({ campaignId, channelId: String(channelId), state: failedStates.join(',') });
  return `/postbacks/${connectionId}/${file}.csv?${narrowed}`;
}
