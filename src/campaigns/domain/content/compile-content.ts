import type { Medium } from '@libs/delivery';
import { allocateVariant, isInControlGroup } from './allocate-variant';
import { type Assembled, assembleMessage, type MessageFields } from './assemble-message';
import { type CampaignContent, type ContentMedium, mediaOf } from './campaign-content';
import { CompiledChoices, type CompiledField } from './compiled-choices';
import { toTemplateValues } from './customer-values';
import { sliceSize, sliceTimeLimitMs, timeoutsBelieved } from './message-limits';
import { type Targeting, targetingOf } from './targeting';
import { runWithin } from './time-limit';

/** What came of a medium's message for one person. */
export type RenderOutcome =
  | { ok: true; message: MessageFields }
  | { ok: false; reason: 'NOT_PERSONALISED' | 'PAYLOAD_TOO_LARGE'; detail: string };

/** Content that can be rendered for any number of people. */
export interface CompiledContent {
  /** Attributes to ask Optimove for: the bare placeholder names, sorted. */
  optimoveAttributes: string[];
  media: Medium[];
  /** Minutes after which a message is too late; null when it never is. */
  expiresAfterMinutes: number | null;
  /** What messages are kept to; null: every address. */
  targeting: Targeting | null;
  /** The engagement category; null without one. */
  categoryId: string | null;
  /** Media of which the first that reaches a person is used; null: all are. */
  firstReachable: Medium[] | null;
  /**
   * One outcome per person, in order. A person is a flat record of values by bare name, with the stored attributes in
   * `user`; its language picks the texts. `variants` has each one's variant, the first where null. Bounded in time: people that a runaway template keeps from being rendered end NOT_PERSONALISED.
   */
  renderSlice(medium: Medium, people: Record<string, unknown>[], variants?: (string | null)[]): RenderOutcome[];
  /** The placeholders of a medium's texts that have neither a value nor a default for each of these people. */
  missingFields(medium: Medium, people: Record<string, unknown>[], variants?: (string | null)[]): ReadonlySet<string>[];
  /** The variant of whoever has this key, always the same; null when the content has none. */
  variantFor(key: string): string | null;
  /** Whether the campaign's own control group has whoever has this key, always the same answer. */
  isHeldBack(key: string): boolean;
  /** The language of the texts that a person gets; null for the content's own. */
  languageFor(person: Record<string, unknown>): string | null;
}

const kept = new WeakMap<CampaignContent, CompiledContent>();

/**
 * Compiles content once; the same object gives the same result.
 * @throws {TemplateFault} when a text is no allowed template; content that was validated never does.
 */
export function compileContent(content: CampaignContent): CompiledContent {
  const existing = kept.get(content);
  if (existing) return existing;
  const compiled = new Compiled(content);
  kept.set(content, compiled);
  return compiled;
}

class Compiled implements CompiledContent {
  readonly optimoveAttributes: string[];
  readonly media: ContentMedium[];
  readonly expiresAfterMinutes: number | null;
  readonly targeting: Targeting | null;
  readonly categoryId: string | null;
  readonly firstReachable: Medium[] | null;

  private readonly choices: CompiledChoices;
  /** Time limits in a row that were not kept. */
  private timeouts = 0;

  constructor(private readonly content: CampaignContent) {
    this.media = mediaOf(content);
    this.expiresAfterMinutes = content.expiresAfterMinutes ?? null;
    this.targeting = targetingOf(content);
    this.categoryId = content.categoryId ?? null;
    this.firstReachable = content.firstReachable ?? null;
    this.choices = new CompiledChoices(content);
    this.optimoveAttributes = this.choices.optimoveAttributes;
  }

  variantFor(key: string): string | null {
    return allocateVariant(this.content.variants ?? [], key);
  }

  isHeldBack(key: string): boolean {
    return isInControlGroup(this.content.controlGroupPercent ?? 0, key);
  }

  languageFor(person: Record<string, unknown>): string | null {
    return this.choices.languageFor(person);
  }

  renderSlice(medium: Medium, people: Record<string, unknown>[], variants: (string | null)[] = []): RenderOutcome[] {
    const outcomes = this.inTime(medium, people, variants, (own, fields, person) =>
      this.renderPerson(own, fields, person),
    );
    while (outcomes.length < people.length) outcomes.push(tooSlow);
    return outcomes;
  }

  missingFields(
    medium: Medium,
    people: Record<string, unknown>[],
    variants: (string | null)[] = [],
  ): ReadonlySet<string>[] {
    return this.inTime(medium, people, variants, (_own, fields, person) => {
      const values = toTemplateValues(person);
      return new Set(fields.flatMap(({ template }) => [...template.render(values).missing]));
    });
  }

  /** Does something for each person, in order, until it takes too long; goes on where a time limit stopped it. */
  private inTime<T>(
    medium: Medium,
    people: Record<string, unknown>[],
    variants: (string | null)[],
    visit: (own: ContentMedium, fields: CompiledField[], person: Record<string, unknown>) => T,
  ): T[] {
    const own = this.media.find((each) => each === medium);
    const results: T[] = [];
    let isStopped = false;
    while (own && !isStopped && results.length < people.length) {
      const until = Math.min(results.length + sliceSize, people.length);
      const isInTime = runWithin(sliceTimeLimitMs, () => {
        while (results.length < until) {
          const person = people[results.length] ?? {};
          const fields = this.choices.fieldsFor(own, person, variants[results.length] ?? null);
          results.push(visit(own, fields, person));
        }
      });
      this.timeouts = isInTime ? 0 : this.timeouts + 1;
      isStopped = this.timeouts >= timeoutsBelieved;
    }
    return results;
  }

  private renderPerson(medium: ContentMedium, fields: CompiledField[], person: Record<string, unknown>): RenderOutcome {
    const values = toTemplateValues(person);
    const texts = new Map<string, string>();
    for (const { name, path, template, isSingleLine } of fields) {
      const { text, missing, isTooLong, problem } = template.render(values);
      if (isTooLong) return { ok: false, reason: 'PAYLOAD_TOO_LARGE', detail: `${path.join('.')} grew too long` };
      if (problem) return notPersonalised(`${path.join('.')}: ${problem}`);
      if (missing.size > 0 && this.content.personalisation.whenMissing === 'SKIP') {
        return notPersonalised(`No value for ${[...missing].join(', ')}`);
      }
      texts.set(name, isSingleLine ? text.replace(/[\r\n]+/g, ' ').trim() : text);
    }
    return toOutcome(assembleMessage(this.content, medium, texts));
  }
}

/** Why people of a template that does not come to an end get nothing. */
export const runawayDetail = 'The template took too long to evaluate';

const tooSlow: RenderOutcome = notPersonalised(runawayDetail);

function notPersonalised(detail: string): RenderOutcome {
  return { ok: false, reason: 'NOT_PERSONALISED', detail };
}

function toOutcome(assembled: Assembled): RenderOutcome {
  if ('message' in assembled) return { ok: true, message: assembled.message };
  if ('invalid' in assembled) return notPersonalised(assembled.invalid);
  return { ok: false, reason: 'PAYLOAD_TOO_LARGE', detail: assembled.tooLarge };
}
