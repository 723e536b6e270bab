import type { Medium } from '@libs/delivery';
import type { Tx } from '@libs/platform';
import { type FrozenSegment, ProfilesService } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import type { Drop } from '../domain/execution/end-state';
import type { MatchedRecipient } from './render-slice';

/** What narrowing needs to know of an execution. */
export interface NarrowContext {
  projectId: string;
  /** The media of content by Optimove template id. */
  contents: Map<string, { media: Medium[] } | null>;
  /** Whom campaigns are narrowed to, by Optimove template id; templates without a segment are absent. */
  segments: Map<string, FrozenSegment>;
}

const outside: Drop = { state: 'NOT_IN_SEGMENT', detail: 'The rules of the campaign’s segment do not apply' };

/** Keeps the people of a chunk to the segments of their campaigns, before anything is made for them. */
@Injectable()
export class NarrowToSegment {
  constructor(private readonly profiles: ProfilesService) {}

  /** The same people; those outside come with reasons in `drops`. One statement per campaign that has a segment. */
  async run(tx: Tx, context: NarrowContext, people: MatchedRecipient[]): Promise<MatchedRecipient[]> {
    const drops = new Map<number, Drop[]>();
    for (const [templateId, segment] of context.segments) {
      const own = people.filter((person) => person.templateId === templateId);
      for (const [seq, why] of await this.outside(tx, context, { templateId, segment, people: own }))
        drops.set(seq, why);
    }
    return drops.size === 0 ? people : people.map((person) => ({ ...person, drops: drops.get(person.seq) ?? [] }));
  }

  private async outside(
    tx: Tx,
    context: NarrowContext,
    { templateId, segment, people }: { templateId: string; segment: FrozenSegment; people: MatchedRecipient[] },
  ): Promise<Map<number, Drop[]>> {
    const { projectId } = context;
    const inside = await this.profiles.matchingProfiles(tx, projectId, { segment, profileIds: idsOf(people) });
    const left = people.filter(({ profileId }) => profileId !== null && !inside.has(profileId));
    return this.reasons(tx, context, { templateId, people: left });
  }

  /** Who has no address on a medium ends with that: it comes before the segment. */
  private async reasons(
    tx: Tx,
    { projectId, contents }: NarrowContext,
    { templateId, people }: { templateId: string; people: MatchedRecipient[] },
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

function idsOf(people: MatchedRecipient[]): string[] {
  return [...new Set(people.flatMap(({ profileId }) => (profileId ? [profileId] : [])))];
}

function noAddress({ numberProblem }: MatchedRecipient, medium: string): Drop {
  if (medium === 'SMS' && numberProblem) return { state: 'INVALID_MOBILE_NUMBER', detail: numberProblem };
  return { state: 'NO_ADDRESS', detail: `No address for ${medium}` };
}
