import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import ts from 'typescript';

/** One TypeScript file of a tree, parsed; `path` is relative to the tree and uses `/`. */
export interface SourceFile {
  path: string;
  syntax: ts.SourceFile;
}

/** Parses every TypeScript file of the tree's own folders; specs are left out, they may do what tests need. */
export function parseTree(tree: string): SourceFile[] {
  const folders = ['apps', 'src', 'libs', 'migrations'].filter((name) => existsSync(join(tree, name)));
  return folders.flatMap((folder) => parseFolder(tree, join(tree, folder)));
}

function parseFolder(tree: string, folder: string): SourceFile[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.spec.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.includes(`${sep}node_modules${sep}`))
    .map((file) => ({ path: relative(tree, file).split(sep).join('/'), syntax: parse(file) }));
}

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
}

/** Every node below `root` that the guard accepts. */
export function find<T extends ts.Node>(root: ts.Node, is: (node: ts.Node) => node is T): T[] {
  const found: T[] = [];
  const visit = (node: ts.Node): void => {
    if (is(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(root);
  return found;
}

/** The names of a declaration's decorators: `@Get('x')` is `Get`. */
export function decoratorNames(node: ts.HasDecorators): string[] {
  return (ts.getDecorators(node) ?? []).map(({ expression }) =>
    (ts.isCallExpression(expression) ? expression.expression : expression).getText(),
  );
}

/** `path:line what`, as an editor opens it. */
export function locate(file: SourceFile, node: ts.Node, what: string): string {
  const { line } = file.syntax.getLineAndCharacterOfPosition(node.getStart());
  return `${file.path}:${line + 1} ${what}`;
}
