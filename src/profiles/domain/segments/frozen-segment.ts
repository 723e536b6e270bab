import type { AttributeTarget, AttributeType } from '../attribute';
import type { RuleFault } from './faults';
import { referencesOf } from './inline-segments';
import type { SegmentRules } from './rules';

/** An attribute as it was defined when rules were frozen. */
export interface FrozenAttribute {
  name: string;
  type: AttributeType;
  target: AttributeTarget;
}

/** Rules that no later change of segments or attributes can reach: what they stand on is kept with them. */
export interface FrozenSegment {
  /** Without references to other segments. */
  rules: SegmentRules;
  attributes: FrozenAttribute[];
}

/** A frozen segment, or everything that is wrong with the rules as of now. */
export type FreezeOutcome = { segment: FrozenSegment; faults: [] } | { segment: null; faults: RuleFault[] };

/** Keeps those definitions that the rules name. */
export function freezeRules(rules: SegmentRules, defined: readonly FrozenAttribute[]): FrozenSegment {
  const names = new Set(referencesOf(rules).attributeNames);
  const used = defined.filter(({ name }) => names.has(name));
  return { rules, attributes: used.map(({ name, type, target }) => ({ name, type, target })) };
}
