/** What a call is for, from the most to the least urgent. */
export type Lane = 'control' | 'audience' | 'suppression' | 'metrics';

/** The calls that one API key may still make, shared by everyone who uses the key. */
export interface RateBudget {
  /** Resolves when one call of this lane may go out. Every try of a call takes once. */
  take(lane: Lane): Promise<void>;
}
