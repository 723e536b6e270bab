import { isCondition, membersOf, type RuleNode, type SegmentRules } from './rules';

/** What rules name by an id of its own, besides other segments. */
export type SubjectKind = 'app' | 'campaign';

/** An id in a tree, and where it stands: `rules[1].any[0].value`. */
export interface NamedId {
  kind: SubjectKind;
  id: string;
  path: string;
}

/** Every app and campaign that a tree names. */
export function namedIds({ rules }: SegmentRules): NamedId[] {
  return idsIn(rules, 'rules');
}

function idsIn(nodes: readonly RuleNode[], list: string): NamedId[] {
  return nodes.flatMap((node, index) => {
    const path = `${list}[${index}]`;
    if (!isCondition(node)) {
      const { join, rules } = membersOf(node);
      return idsIn(rules, `${path}.${join}`);
    }
    if (node.kind === 'campaign') return [{ kind: node.kind, id: node.value, path: `${path}.value` }];
    if (node.kind !== 'app') return [];
    return node.value.map((id, place) => ({ kind: 'app' as const, id, path: `${path}.value[${place}]` }));
  });
}
