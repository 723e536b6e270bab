import type { Outcome } from './guard-matrix';

/** What a proof says of a decision. */
export interface Proof {
  basis: string;
  medium: string | null;
  outcome: string;
  freshness: string | null;
  overrideId: string | null;
}

/** What the proofs of one decision say about a medium; every rule that counts must have left one. */
export function outcomeOf(proofs: Proof[], { rules, medium }: { rules: number; medium: string }): Outcome | string {
  const ofRules = proofs.filter(({ basis }) => basis === 'RULE');
  if (ofRules.length !== rules) return `${ofRules.length} PROOFS OF ${rules} RULES`;
  const isBareTrust = (proof: Proof) =>
    proof.outcome === 'ALLOWED' && proof.freshness !== 'FRESH' && proof.overrideId === null;
  if (ofRules.some(isBareTrust)) return 'STALE DATA TRUSTED WITHOUT OVERRIDE';
  const about = proofs.filter((proof) => proof.medium === null || proof.medium === 'ANY' || proof.medium === medium);
  const outcomes = about.map(({ outcome }) => outcome);
  return (['SUPPRESSED', 'SUPPRESSION_STALE'] as const).find((outcome) => outcomes.includes(outcome)) ?? 'ALLOWED';
}
