import type { Medium } from '@libs/delivery';
import { systemClock } from '@libs/foundation';
import type { CompiledContent } from '../domain/content/compile-content';
import type { Drop } from '../domain/execution/end-state';
import type { OpenRecipient } from '../persistence/ledger/chunk.repository';

/** A recipient that was matched to a profile (or not). */
export interface MatchedRecipient extends OpenRecipient {
  profileId: string | null;
  numberProblem: string | null;
  /** Why nothing is made for the person. */
  drops: Drop[];
}

/** What rendering needs to know of an execution: of the senders only for which media there is one. */
export interface RenderContext {
  execution: { attributes: string[] };
  /** What settles variants and control groups in the place of the template: the id of a Direct campaign. */
  choiceName?: string;
  /** Compiled content by Optimove template id; null where we do not know the template. */
  contents: Map<string, CompiledContent | null>;
  senders: { has(medium: Medium): boolean };
  /** Whether placeholders without a value are wanted, too; costs a second rendering. */
  notesMissing?: boolean;
}

/** A recipient with what it would be sent per medium, and why not where there is nothing. */
export interface RenderedPerson {
  seq: number;
  profileId: string | null;
  templateId: string;
  dueAt: Date;
  /** Zone that the profile names; null when it names none. */
  timeZone: string | null;
  numberProblem: string | null;
  messages: Map<Medium, object>;
  /** Side of the split test; null without one. */
  variant: string | null;
  /** Language of the texts; null for the content's own. */
  language: string | null;
  drops: Drop[];
  /** Placeholders without a value, where they are wanted. */
  missing?: Set<string>;
}

/** Personalises the messages of some people. Optimove's values come before stored ones. */
export function renderSlice(
  context: RenderContext,
  people: MatchedRecipient[],
  stored: Map<string, Record<string, unknown>>,
): RenderedPerson[] {
  const rendered = people.map((person) => start(person, stored.get(person.profileId ?? '')));
  for (const [templateId, content] of context.contents) {
    const indexes = people.flatMap((person, index) => (person.templateId === templateId ? [index] : []));
    if (content) renderContent(context, { content, people, stored, rendered, indexes });
    else
      for (const index of indexes)
        drop(rendered, index, { state: 'TEMPLATE_UNKNOWN', detail: `Template ${templateId} is not ours` });
  }
  people.forEach((person, index) => {
    if (!context.contents.has(person.templateId)) {
      drop(rendered, index, {
        state: 'TEMPLATE_UNKNOWN',
        detail: `Template ${person.templateId} is not in the campaign's list`,
      });
    }
  });
  return rendered;
}

interface Work {
  content: CompiledContent;
  people: MatchedRecipient[];
  stored: Map<string, Record<string, unknown>>;
  rendered: RenderedPerson[];
  indexes: number[];
}

function start(person: MatchedRecipient, stored: Record<string, unknown> = {}): RenderedPerson {
  const { timezone } = stored;
  const drops: Drop[] = person.profileId
    ? [...person.drops]
    : [{ state: 'PROFILE_NOT_FOUND', detail: `No profile has the user ID of customer ${person.customerId}` }];
  return {
    seq: person.seq,
    profileId: person.profileId,
    templateId: person.templateId,
    dueAt: person.dueAt,
    timeZone: typeof timezone === 'string' ? timezone : null,
    numberProblem: person.numberProblem,
    messages: new Map(),
    variant: null,
    language: null,
    drops,
  };
}

function renderContent(context: RenderContext, work: Work): void {
  const inTime = work.indexes.filter((index) => !expire(work, index));
  const matched = inTime.filter((index) => work.people[index]?.profileId && work.people[index].drops.length === 0);
  const known = matched.filter((index) => !holdBack(context, work, index));
  const values = known.map((index) => valuesOf(context, work, index));
  const variants = known.map((index) => variantOf(context, work, index));
  known.forEach((index, position) => {
    const choice = { variant: variants[position] ?? null, language: work.content.languageFor(values[position] ?? {}) };
    Object.assign(work.rendered[index] ?? {}, choice);
  });
  for (const medium of work.content.media) {
    if (!context.senders.has(medium)) {
      for (const index of known)
        drop(work.rendered, index, { state: 'NOT_ADDRESSABLE', detail: `No provider account is set up for ${medium}` });
      continue;
    }
    if (context.notesMissing) noteMissing(work, known, work.content.missingFields(medium, values, variants));
    work.content.renderSlice(medium, values, variants).forEach((outcome, position) => {
      const index = known[position] ?? -1;
      if (outcome.ok) work.rendered[index]?.messages.set(medium, outcome.message);
      else drop(work.rendered, index, { state: outcome.reason, detail: outcome.detail });
    });
  }
}

function noteMissing({ rendered }: Work, known: number[], missing: ReadonlySet<string>[]): void {
  missing.forEach((names, position) => {
    const person = rendered[known[position] ?? -1];
    if (person) person.missing = new Set([...(person.missing ?? []), ...names]);
  });
}

/** Whether a person's turn came too late for the campaign; drops it then. */
function expire({ content: { expiresAfterMinutes }, people, rendered }: Work, index: number): boolean {
  const dueAt = people[index]?.dueAt;
  if (expiresAfterMinutes === null || !dueAt) return false;
  const lateMinutes = Math.floor((systemClock.now().getTime() - dueAt.getTime()) / 60_000);
  if (lateMinutes < expiresAfterMinutes) return false;
  const detail = `Its turn came ${lateMinutes} minutes after ${dueAt.toISOString()}; the campaign expires after ${expiresAfterMinutes}`;
  drop(rendered, index, { state: 'EXPIRED', detail });
  return true;
}

/** Keeps the campaign's own control group from getting anything. */
function holdBack(context: RenderContext, { content, people, rendered }: Work, index: number): boolean {
  if (!content.isHeldBack(choiceKey(context, people[index]))) return false;
  drop(rendered, index, { state: 'CONTROL_GROUP', detail: 'In the control group of our campaign' });
  return true;
}

function variantOf(context: RenderContext, { content, people }: Work, index: number): string | null {
  return content.variantFor(choiceKey(context, people[index]));
}

/** The campaign's name for it stays the same over its launches, so that a person keeps what was chosen. */
function choiceKey({ choiceName }: RenderContext, person: MatchedRecipient | undefined): string {
  return `${choiceName ?? person?.templateId}/${person?.profileId}`;
}

function valuesOf(context: RenderContext, { people, stored }: Work, index: number): Record<string, unknown> {
  const person = people[index];
  const user = stored.get(person?.profileId ?? '') ?? {};
  const values: Record<string, unknown> = { ...user, user };
  context.execution.attributes.forEach((name, position) => {
    const value = person?.attributes[position];
    if (value !== null && value !== undefined) values[name] = value;
  });
  return values;
}

function drop(rendered: RenderedPerson[], index: number, reason: Drop): void {
  rendered[index]?.drops.push(reason);
}
