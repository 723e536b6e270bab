import { createOutputBuffer, type TwingOutputBuffer } from 'twing';
import { templateBounds } from './allowed-syntax';
import { joinText } from './joined-text';
import { rewriteLegacyFallbacks } from './legacy-fallback';
import { encodeLinkValues } from './link-values';
import { splitPlainTemplate } from './plain-template';
import { maxOutputLength, type RenderRun, startRun } from './render-run';
import type { References } from './syntax-check';
import { type Escaping, type ParsedTemplate, parseTemplate } from './template-engine';
import { TemplateFault } from './template-fault';

/** What came of one field for one person. */
export interface RenderedText {
  text: string;
  /** Placeholders that were printed but had neither a value nor a default. */
  missing: ReadonlySet<string>;
  /** The text outgrew every bound and was cut off. */
  isTooLong: boolean;
  /** The engine failed on these values; the message names no value. */
  problem: string | null;
}

/** A field that can be rendered for any number of people. */
export interface TextTemplate {
  references: References;
  usesLegacyFallback: boolean;
  render(values: ReadonlyMap<string, unknown>): RenderedText;
}

const nothing: ReadonlySet<string> = new Set();

/**
 * Compiles one field.
 * @throws {TemplateFault} when it is no valid template, uses what is not allowed, or is too long.
 */
export function compileText(source: string, escaping: Escaping): TextTemplate {
  if (!isTemplate(source)) return constant(source);
  if (Buffer.byteLength(source) > templateBounds.sourceBytes) {
    throw new TemplateFault('TOO_LONG', 'A text with placeholders can have at most 64 KiB');
  }
  const { source: current, isChanged } = rewriteLegacyFallbacks(source);
  const twig = encodeLinkValues(current);
  const parsed = parseTemplate(twig, escaping);
  const pieces = splitPlainTemplate(twig);
  return {
    references: parsed.references,
    usesLegacyFallback: isChanged,
    render: (values) => {
      const joined = pieces && joinText(pieces, values, escaping);
      return joined
        ? { ...joined, isTooLong: joined.text.length > maxOutputLength, problem: null }
        : render(parsed, values);
    },
  };
}

/** Whether a text has anything for the template engine. */
export function isTemplate(source: string): boolean {
  return /\{[{%#]/.test(source);
}

function constant(text: string): TextTemplate {
  const rendered: RenderedText = { text, missing: nothing, isTooLong: false, problem: null };
  return {
    references: { optimove: new Set(), stored: new Set() },
    usesLegacyFallback: false,
    render: () => rendered,
  };
}

function render({ template, environment }: ParsedTemplate, values: ReadonlyMap<string, unknown>): RenderedText {
  const run = startRun();
  try {
    const text = template.render(environment, new Map(values), { outputBuffer: boundedBuffer(run), sandboxed: true });
    return { text, missing: run.missing, isTooLong: false, problem: null };
  } catch (error) {
    // Engine errors may quote a customer's value, so only their kind is passed on.
    const problem = run.isTooLong
      ? null
      : `The template cannot be evaluated (${error instanceof Error ? error.name : 'error'})`;
    return { text: '', missing: run.missing, isTooLong: run.isTooLong, problem };
  }
}

function boundedBuffer(run: RenderRun): TwingOutputBuffer {
  const buffer = createOutputBuffer();
  const echo = buffer.echo;
  let length = 0;
  buffer.echo = (text) => {
    length += String(text ?? '').length;
    run.checkLength(length);
    return echo(text);
  };
  return buffer;
}
