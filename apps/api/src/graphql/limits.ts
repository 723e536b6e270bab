import {
  type ASTVisitor,
  type FieldNode,
  GraphQLError,
  Kind,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';

const maxDepth = 12;
const maxFields = 1_000;
const maxAliases = 30;

/** Refuses queries that nest too deep, ask for too many fields or repeat themselves by aliases. */
export const limitRules: ValidationRule[] = [depthRule, sizeRule];

function depthRule(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(operation) {
      const depth = depthOf(operation.selectionSet, context, new Set());
      if (depth > maxDepth) report(context, `The query is ${depth} levels deep; at most ${maxDepth} are allowed`);
    },
  };
}

function sizeRule(context: ValidationContext): ASTVisitor {
  let fields = 0;
  let aliases = 0;
  return {
    Field(node: FieldNode) {
      fields += 1;
      if (node.alias) aliases += 1;
    },
    Document: {
      leave() {
        if (fields > maxFields)
          report(context, `The query asks for ${fields} fields; at most ${maxFields} are allowed`);
        if (aliases > maxAliases)
          report(context, `The query uses ${aliases} aliases; at most ${maxAliases} are allowed`);
      },
    },
  };
}

function report(context: ValidationContext, message: string): void {
  context.reportError(new GraphQLError(message, { extensions: { code: 'QUERY_TOO_LARGE' } }));
}

function depthOf(set: SelectionSetNode | undefined, context: ValidationContext, seen: Set<string>): number {
  if (!set) return 0;
  let deepest = 0;
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      const inside = isIntrospection(selection) ? undefined : selection.selectionSet;
      deepest = Math.max(deepest, 1 + depthOf(inside, context, seen));
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      deepest = Math.max(deepest, depthOf(selection.selectionSet, context, seen));
    } else if (!seen.has(selection.name.value)) {
      const fragment = context.getFragment(selection.name.value);
      deepest = Math.max(deepest, depthOf(fragment?.selectionSet, context, new Set([...seen, selection.name.value])));
    }
  }
  return deepest;
}

/** How deep lists nest in these is bounded by graphql itself; what every tool asks goes deeper than a query of data may. */
function isIntrospection({ name }: FieldNode): boolean {
  return name.value === '__schema' || name.value === '__type';
}
