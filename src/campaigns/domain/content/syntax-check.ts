import type { TwingBaseNode } from 'twing';
import { allowedFilters, allowedFunctions, allowedNodes, reservedNames, templateBounds } from './allowed-syntax';
import { systemLinks } from './system-links';
import { TemplateFault } from './template-fault';

/** What a template refers to. */
export interface References {
  /** Bare names: attributes that Optimove is asked for. */
  optimove: Set<string>;
  /** Attributes behind `user.`: values that we store. */
  stored: Set<string>;
}

/** Walks one syntax tree against the allow-list and notes what it refers to. */
export class SyntaxCheck {
  readonly references: References = { optimove: new Set(), stored: new Set() };
  private readonly names = new Set<string>();
  private readonly locals = new Set(['loop']);
  private readonly settled = new Set<TwingBaseNode>();
  private depth = 0;
  private loops = 0;

  /** @throws {TemplateFault} when the node is not allowed where it stands. */
  enter(node: TwingBaseNode): void {
    if (node.type !== null) this.depth++;
    if (this.depth > templateBounds.nesting) {
      throw new TemplateFault('NOT_ALLOWED_IN_TEMPLATE', 'Nested too deep; at most 50 levels', node.line);
    }
    if (node.type !== null && !allowedNodes.has(node.type) && !isImplicitEscaping(node)) refuse(node, describe(node));
    this.enterKind(node);
  }

  /** Called when all children of the node were walked. */
  leave(node: TwingBaseNode): void {
    if (node.type !== null) this.depth--;
    if (node.type === 'for') this.loops--;
    if (node.type !== 'template') return;
    for (const name of this.names) if (!this.locals.has(name)) this.references.optimove.add(name);
  }

  private enterKind(node: TwingBaseNode): void {
    if (node.type === 'template' && node.children.parent) refuse(node, 'The tag "extends"');
    // The engine would escape what is captured a second time when it is printed.
    if (node.type === 'set' && attribute(node, 'captures') === 'true') refuse(node, 'The block form of "set"');
    if (node.type === 'for') this.enterLoop(node);
    if (node.type === 'range') this.checkRange(node);
    if (node.type === 'attribute_accessor') this.enterAccessor(node);
    if (node.type === 'assignment') this.locals.add(attribute(node, 'name'));
    if (node.type === 'name') this.enterName(node);
    if (node.type === 'filter') checkOperator(node, { kind: 'filter', allowed: allowedFilters });
    if (node.type === 'function') checkOperator(node, { kind: 'function', allowed: allowedFunctions });
  }

  private enterLoop(node: TwingBaseNode): void {
    this.loops++;
    if (this.loops > templateBounds.loopDepth) refuse(node, 'A loop inside a loop inside a loop');
    const sequence = node.children.sequence;
    if (sequence?.type === 'range') this.settled.add(sequence);
  }

  private checkRange(node: TwingBaseNode): void {
    if (!this.settled.has(node)) refuse(node, 'A range outside "for"');
    const [from, to] = Object.values(node.children).map(numberOf);
    if (from === undefined || to === undefined) refuse(node, 'A loop without two literal numbers as its bounds');
    if (Math.abs(to - from) >= templateBounds.loopSteps) refuse(node, 'A loop of more than 1,000 steps');
  }

  private enterAccessor(node: TwingBaseNode): void {
    const { target, attribute: key, arguments: args } = node.children;
    if (!target || key?.type !== 'constant' || Object.keys(args?.children ?? {}).length > 0) {
      refuse(node, 'Anything but a plain attribute name behind a dot or in brackets');
    }
    if (isSystemUrl(target)) this.enterSystemLink(target, attribute(key, 'value'));
    if (attribute(target, 'name') !== 'user' || target.type !== 'name') return;
    this.settled.add(target);
    this.references.stored.add(attribute(key, 'value'));
  }

  private enterSystemLink(systemUrl: TwingBaseNode, name: string): void {
    if (!systemLinks.has(name)) refuse(systemUrl, `"system.url.${name}"`);
    const system = systemUrl.children.target;
    if (system) this.settled.add(system);
  }

  private enterName(node: TwingBaseNode): void {
    const name = attribute(node, 'name');
    if (this.settled.has(node)) return;
    if (reservedNames.has(name)) refuse(node, `"${name}"`);
    if (name === 'user') refuse(node, '"user" without an attribute, as in user.first_name,');
    this.names.add(name);
  }
}

/** The value of an attribute of a node as text. */
export function attribute(node: TwingBaseNode, name: string): string {
  const value: unknown = Reflect.get(node.attributes, name);
  return value === undefined ? '' : String(value);
}

/** `system.url`, the only thing behind `system`. */
function isSystemUrl(node: TwingBaseNode): boolean {
  const { target, attribute: key } = node.children;
  return node.type === 'attribute_accessor' && target?.type === 'name' && key?.type === 'constant'
    ? attribute(target, 'name') === 'system' && attribute(key, 'value') === 'url'
    : false;
}

function checkOperator(node: TwingBaseNode, { kind, allowed }: { kind: string; allowed: ReadonlySet<string> }): void {
  const name = attribute(node, 'operatorName');
  if (!allowed.has(name)) refuse(node, `The ${kind} "${name}"`);
}

function isImplicitEscaping(node: TwingBaseNode): boolean {
  return node.type === 'auto_escape' && !node.tag;
}

function numberOf(node: TwingBaseNode): number | undefined {
  const value = node.type === 'constant' ? Number(attribute(node, 'value')) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

function describe(node: TwingBaseNode): string {
  return node.tag ? `The tag "${node.tag}"` : `"${String(node.type).replaceAll('_', ' ')}"`;
}

function refuse(node: TwingBaseNode, what: string): never {
  throw new TemplateFault('NOT_ALLOWED_IN_TEMPLATE', `${what} cannot be used in a message`, node.line);
}
