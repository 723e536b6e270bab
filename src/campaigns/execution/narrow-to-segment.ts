import type { Medium } from '@libs/delivery';
import type { Tx } from '@libs/platform';
import { type FrozenSegment, ProfilesService } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import type { Drop } from '../domain/execution/end-state';
import type { LimitsInForce } from '../limits/limits-in-force';
import type { MatchedRecipient } from './render-slice';

/** What narrowing needs to know of an execution. */
export interface NarrowContext {
  projectId: string;
  /** The media of content by Optimove template id. */
  contents: Map<string, { media: Medium[] } | null>;
  /** Whom campaigns are narrowed to, by Optimove template id; templates without a segment are absent. */
  segments: Map<string, FrozenSegment>;
  /** Whom engagement categories are for, in the same way. */
  limits: Pick<LimitsInForce, 'categories'>;
}

/** One segment that people have to be in, and why those outside get nothing. Nobody is in one that is broken. */
interface Narrowing {
  templateId: string;
  segment: FrozenSegment | null;
  outside: Drop;
}

const outsideCampaign: Drop = { state: 'NOT_IN_SEGMENT', detail: 'The rules of the campaign’s segment do not apply' };

/** Keeps the people of a chunk to the segments of their campaigns, before anything is made for them. */
@Injectable()
export class NarrowToSegment {
  constructor(private readonly profiles: ProfilesService) {}

  /** The same people; those outside come with reasons in `drops`. One statement per segment of a campaign or its category. */
  async run(tx: Tx, context: NarrowContext, people: MatchedRecipient[]): Promise<MatchedRecipient[]> {
    const drops = new Map<number, Drop[]>();
    for (const narrowing of narrowings(context)) {
      const own = people.filter(({ templateId, seq }) => templateId === narrowing.templateId && !drops.has(seq));
      for (const [seq, why] of await this.outside(tx, context, { narrowing, people: own })) drops.set(seq, why);
    }
    return drops.size === 0 ? people : people.map((person) => ({ ...person, drops: drops.get(person.seq) ?? [] }));
  }

  private async outside(
    tx: Tx,
    context: NarrowContext,
    { narrowing, people }: { narrowing: Narrowing; people: MatchedRecipient[] },
  ): Promise<Map<number, Drop[]>> {
    const { projectId } = context;
    const { segment } = narrowing;
    const profileIds = idsOf(people);
    const inside = segment
      ? await this.profiles.matchingProfiles(tx, projectId, { segment, profileIds })
      : new Set<string>();
    const left = people.filter(({ profileId }) => profileId !== null && !inside.has(profileId));
    return this.reasons(tx, context, { narrowing, people: left });
  }

  /** Who has no address on a medium ends with that: it comes before the segment. */
  private async reasons(
    tx: Tx,
    { projectId, contents }: NarrowContext,
    { narrowing: { templateId, outside }, people }: { narrowing: Narrowing; people: MatchedRecipient[] },
  ): Promise<Map<number, Drop[]>> {
    if (people.length === 0) return new Map();
    const media = contents.get(templateId)?.media ?? [];
    const rows = await this.profiles.reach(tx, projectId, idsOf(people), media);
    const reached = new Set(rows.map(({ profileId, medium }) => `${profileId} ${medium}`));
    return new Map(
      people.map((person) => {
        const missing = media.filter((medium) => !reached.has(`${person.profileId} ${medium}`));
        return [person.seq, [...missing.map((medium) => noAddress(person, medium)), outside]];
      }),
    );
  }
}

function narrowings({ segments, limits }: NarrowContext): Narrowing[] {
  const ofCampaigns = [...segments].map(([templateId, segment]) => ({ templateId, segment, outside: outsideCampaign }));
  const ofCategories = [...limits.categories].flatMap(([templateId, inForce]): Narrowing[] => {
    const { category, segment, segmentProblem } = inForce;
    if (category.segment === null) return [];
    const name = `engagement category “${category.name}”`;
    const detail = segmentProblem
      ? `The segment of the ${name} cannot be used: ${segmentProblem}`
      : `The ${name} is for other people`;
    return [{ templateId, segment, outside: { state: 'NOT_IN_SEGMENT', detail } }];
  });
  return [...ofCampaigns, ...ofCategories];
}

function idsOf(people: MatchedRecipient[]): string[] {
  return [...new Set(people.flatMap(({ profileId }) => (profileId ? [profileId] : [])))];
}

function noAddress({ numberProblem }: MatchedRecipient, medium: string): Drop {
  if (medium === 'SMS' && numberProblem) return { state: 'INVALID_MOBILE_NUMBER', detail: numberProblem };
  return { state: 'NO_ADDRESS', detail: `No address for ${medium}` };
}
