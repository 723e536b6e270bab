/** An answer of APNs; an empty body when there is no reason. */
export interface ApnsAnswer {
  status: number;
  reason?: string;
  /** When the token was found dead, in milliseconds. */
  timestamp?: number;
}

/** A refusal with Apple's reason. */
export function refusal(status: number, reason: string): ApnsAnswer {
  return { status, reason };
}
