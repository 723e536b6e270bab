import type { PlannedFault } from '../plan/fault';

/** A fault that was placed. */
export interface PlacedFault extends PlannedFault {
  placedAt: number;
  /** When what was broken was put back; null while it is not. */
  endedAt: number | null;
  /** When the product had nothing left of it; null while it has. */
  healedAt: number | null;
  /** Claims of the workers that were hit, at that moment, and their slices. */
  claims: number;
  slices: string[];
  /** The campaign that Optimove told badly of. */
  campaignId: string | null;
}

/** Opens the record of a fault. */
export function placed(fault: PlannedFault): PlacedFault {
  return { ...fault, placedAt: Date.now(), endedAt: null, healedAt: null, claims: 0, slices: [], campaignId: null };
}
