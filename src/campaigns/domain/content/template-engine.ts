import {
  createArrayNode,
  createConstantNode,
  createFilterNode,
  createPrintNode,
  createSource,
  createSynchronousArrayLoader,
  createSynchronousEnvironment,
  createSynchronousFilter,
  createSynchronousTemplate,
  isATwingError,
  type TwingBaseNode,
  type TwingSynchronousEnvironment,
  type TwingSynchronousTemplate,
} from 'twing';
import { escapeHtml } from './escape-html';
import { currentRun } from './render-run';
import { attribute, type References, SyntaxCheck } from './syntax-check';
import { TemplateFault } from './template-fault';

/** How placeholder values are made harmless in the text around them. */
export type Escaping = 'html' | 'none';

/** A template whose syntax tree was checked. */
export interface ParsedTemplate {
  environment: TwingSynchronousEnvironment;
  template: TwingSynchronousTemplate;
  references: References;
}

const requiredFilter = 'required_value';
const boundedFilter = 'bounded_value';

/** Parses templates of one escaping. Environments are dear, so one serves all templates until a parse fails. */
class Engine {
  private environment: TwingSynchronousEnvironment | null = null;
  private check = new SyntaxCheck();

  constructor(private readonly escaping: Escaping) {}

  parse(source: string): ParsedTemplate {
    this.environment ??= this.createEnvironment();
    const environment = this.environment;
    this.check = new SyntaxCheck();
    try {
      const tree = environment.parse(environment.tokenize(createSource('text', source)));
      return { environment, template: createSynchronousTemplate(tree), references: this.check.references };
    } catch (error) {
      this.environment = null;
      throw toFault(error);
    }
  }

  private createEnvironment(): TwingSynchronousEnvironment {
    const environment = createSynchronousEnvironment(createSynchronousArrayLoader({}), {
      autoEscapingStrategy: this.escaping === 'html' ? 'html' : undefined,
      sandboxPolicy: closedPolicy,
      timezone: 'UTC',
    });
    // The engine's own handler leaves single quotes as they are, which would let a value out of an attribute.
    environment.registerEscapingStrategy((value) => escapeHtml(String(value)), 'html');
    environment.addFilter(
      createSynchronousFilter(requiredFilter, (_, value, name) => currentRun().require(value, String(name)), [
        { name: 'name' },
      ]),
    );
    // The engine's own takes texts alone and makes nothing of a number.
    environment.addFilter(createSynchronousFilter('url_encode', (_, value) => encodeValue(value), []));
    environment.addFilter(createSynchronousFilter(boundedFilter, (_, value) => currentRun().bound(value), []));
    environment.addNodeVisitor({
      enterNode: (node) => {
        this.check.enter(node);
        return node;
      },
      leaveNode: (node) => {
        this.check.leave(node);
        return instrument(node);
      },
    });
    return environment;
  }
}

const engines: Record<Escaping, Engine> = { html: new Engine('html'), none: new Engine('none') };

/**
 * Parses and checks a template.
 * @throws {TemplateFault} with the line, when it is no valid template or uses what is not allowed.
 */
export function parseTemplate(source: string, escaping: Escaping): ParsedTemplate {
  return engines[escaping].parse(source);
}

/** The syntax tree was checked; at run time nothing but a value may be reached. */
const closedPolicy = {
  checkMethodAllowed: (): never => {
    throw new TemplateFault('NOT_ALLOWED_IN_TEMPLATE', 'Methods cannot be called in a message');
  },
  checkPropertyAllowed: (): void => undefined,
  checkSecurity: () => null,
};

/** Marks what is printed without a fallback, and bounds what is kept in variables. */
function instrument(node: TwingBaseNode): TwingBaseNode {
  if (node.type === 'print' && node.children.expression) {
    return createPrintNode(requirePrinted(node.children.expression), node.line, node.column);
  }
  if (node.type === 'set') {
    const values = node.children.values?.children ?? {};
    for (const [key, value] of Object.entries(values)) values[key] = call(value, boundedFilter, []);
  }
  return node;
}

function requirePrinted(node: TwingBaseNode): TwingBaseNode {
  if (node.type === 'name') return call(node, requiredFilter, [attribute(node, 'name')]);
  if (node.type === 'attribute_accessor') return call(node, requiredFilter, [pathOf(node)]);
  const parts = node.type === 'concatenate' ? ['left', 'right'] : node.type === 'filter' ? ['operand'] : [];
  if (attribute(node, 'operatorName') === 'default') return node;
  for (const key of parts) {
    const part = node.children[key];
    if (part) node.children[key] = requirePrinted(part);
  }
  return node;
}

function call(operand: TwingBaseNode, filter: string, values: string[]): TwingBaseNode {
  const { line, column } = operand;
  const args = values.map((value) => ({ value: createConstantNode(value, line, column) }));
  return createFilterNode(operand, filter, createArrayNode(args, line, column), line, column);
}

function pathOf(node: TwingBaseNode): string {
  const { target, attribute: key } = node.children;
  if (!target || !key) return attribute(node, 'name');
  return `${pathOf(target)}.${attribute(key, 'value')}`;
}

function encodeValue(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = value instanceof Map ? [...value.values()].join(',') : String(value);
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\uFFFD'));
}

function toFault(error: unknown): unknown {
  if (error instanceof TemplateFault) return error;
  if (error instanceof RangeError) return new TemplateFault('NOT_ALLOWED_IN_TEMPLATE', 'Nested too deep');
  if (!(error instanceof Error) || !isATwingError(error)) return error;
  return new TemplateFault('TEMPLATE_SYNTAX', error.rootMessage.replace(/\.$/, ''), error.location.line);
}
