/** What a download is narrowed by; null does not narrow. */
export interface ExportFilter {
  batchId: string | null;
  /** Of Optimove's campaign and channel. */
  campaignId: string | null;
  channelId: number | null;
  states: string[] | null;
}
