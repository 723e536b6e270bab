/** A test as somebody asks for it. */
export interface TestSendRequest {
  campaignId: string;
  /** A launched version; null: the draft. */
  versionNumber: number | null;
  profileIds: string[];
  /** Sample values in the place of Optimove's. */
  samples: ReadonlyMap<string, string>;
  variant: string | null;
  /** Put before the subject, the title or the text. */
  prefix: string;
}
