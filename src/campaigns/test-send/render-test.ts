import type { Medium } from '@libs/delivery';
import type { CampaignContent } from '../domain/content/campaign-content';
import { type CompiledContent, compileContent } from '../domain/content/compile-content';

/** Who gets a test, and with what in the place of Optimove's values. */
export interface TestRequest {
  profileIds: string[];
  samples: ReadonlyMap<string, string>;
  /** Null: the one that each profile would get. */
  variant: string | null;
  prefix: string;
  /** With the profile it settles the variant, as at a true send. */
  choiceName: string;
}

/** A message of a test, or why there is none. */
export interface TestMessage {
  seq: number;
  profileId: string;
  medium: Medium;
  message: object | null;
  problem: string | null;
}

/** Renders a test for each profile: its own stored values, and the samples where Optimove's would be. */
export function renderTest(
  content: CampaignContent,
  request: TestRequest,
  stored: ReadonlyMap<string, Record<string, unknown>>,
): TestMessage[] {
  const compiled = compileContent(content);
  const known = request.profileIds.filter((profileId) => stored.has(profileId));
  const people = known.map((profileId) => personOf(stored.get(profileId) ?? {}, request.samples));
  const variants = known.map((id) => request.variant ?? compiled.variantFor(`${request.choiceName}/${id}`));
  return compiled.media.flatMap((medium) => renderMedium(compiled, { medium, people, variants, known, request }));
}

interface MediumTest {
  medium: Medium;
  people: Record<string, unknown>[];
  variants: (string | null)[];
  known: string[];
  request: TestRequest;
}

function renderMedium(compiled: CompiledContent, work: MediumTest): TestMessage[] {
  const { medium, known, request } = work;
  return compiled.renderSlice(medium, work.people, work.variants).map((outcome, index) => {
    const profileId = known[index] ?? '';
    const seq = request.profileIds.indexOf(profileId) + 1;
    const base = { seq, profileId, medium };
    if (outcome.ok) return { ...base, message: marked(outcome.message, request.prefix), problem: null };
    return { ...base, message: null, problem: `${outcome.reason}: ${outcome.detail}` };
  });
}

function personOf(user: Record<string, unknown>, samples: ReadonlyMap<string, string>): Record<string, unknown> {
  return { ...user, user, ...Object.fromEntries(samples) };
}

/** The prefix goes before what is read first: the subject, the title, or else the text. */
function marked(message: object, prefix: string): object {
  if (prefix === '') return message;
  const name = ['subject', 'title', 'text'].find((field) => field in message);
  const text: unknown = name && Reflect.get(message, name);
  return name && typeof text === 'string' ? { ...message, [name]: prefix + text } : message;
}
