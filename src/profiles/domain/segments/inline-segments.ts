import type { RuleFault } from './faults';
import {
  conditionsOf,
  isCondition,
  membersOf,
  type RuleGroup,
  type RuleNode,
  ruleLimits,
  type SegmentRules,
} from './rules';

/** A saved segment as far as references need it. */
export interface SavedRules {
  name: string;
  rules: SegmentRules;
}

/** How many segments may stand behind one another. */
const mostNested = 5;

/** Rules that stand for themselves, or why references cannot be followed. */
export type InlinedRules = { rules: SegmentRules; faults: [] } | { rules: null; faults: RuleFault[] };

/**
 * Puts the rules of saved segments in the place of references to them.
 * @param saved every segment that can be reached, by id. @param own the id of the segment whose rules these are, if saved.
 */
export function inlineSegments(
  rules: SegmentRules,
  saved: ReadonlyMap<string, SavedRules>,
  own: string | null = null,
): InlinedRules {
  const faults: RuleFault[] = [];
  let conditions = 0;

  const inlineNode = (node: RuleNode, path: string, trail: string[]): RuleNode => {
    if (!isCondition(node)) return inlineGroup(node, path, trail);
    if (node.kind !== 'segment') {
      conditions += 1;
      return node;
    }
    const problem = problemOf(node.value, saved.get(node.value), trail);
    const target = saved.get(node.value);
    // One fault is enough: what stands behind a broken reference is not followed, and neither is what is too large.
    if (problem || !target || conditions > ruleLimits.conditions) {
      if (problem) faults.push({ path: `${path}.value`, message: problem });
      return node;
    }
    const inner = target.rules.rules.map((each) => inlineNode(each, path, [...trail, node.value]));
    const group: RuleGroup = target.rules.match === 'all' ? { all: inner } : { any: inner };
    return node.is === 'in' ? group : { none: [group] };
  };

  const inlineGroup = (group: RuleGroup, path: string, trail: string[]): RuleGroup => {
    const { join, rules: members } = membersOf(group);
    const inner = members.map((each, index) => inlineNode(each, `${path}.${join}[${index}]`, trail));
    if (join === 'all') return { all: inner };
    return join === 'any' ? { any: inner } : { none: inner };
  };

  const inlined = rules.rules.map((node, index) => inlineNode(node, `rules[${index}]`, own === null ? [] : [own]));
  if (conditions > ruleLimits.conditions) {
    faults.push({
      path: 'rules',
      message: `With the segments it uses it has more than ${ruleLimits.conditions} conditions`,
    });
  }
  return faults.length > 0 ? { rules: null, faults } : { rules: { match: rules.match, rules: inlined }, faults: [] };
}

function problemOf(id: string, target: SavedRules | undefined, trail: string[]): string | null {
  if (trail.includes(id)) return 'leads back to the segment itself; a segment cannot use itself';
  if (!target) return 'No active segment of this project has this id';
  return trail.length >= mostNested ? `stands behind more than ${mostNested} segments` : null;
}

/** What a tree refers to. */
export function referencesOf(rules: SegmentRules): { segmentIds: string[]; attributeNames: string[] } {
  const conditions = conditionsOf(rules.rules);
  const segments = conditions.flatMap((rule) => (rule.kind === 'segment' ? [rule.value] : []));
  const attributes = conditions.flatMap((rule) => (rule.kind === 'attribute' ? [rule.name] : []));
  return { segmentIds: [...new Set(segments)], attributeNames: [...new Set(attributes)] };
}
