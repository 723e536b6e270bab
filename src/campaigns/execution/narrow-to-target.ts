import type { Tx } from '@libs/platform';
import { ProfilesService } from '@modules/profiles';
import type { GateDecision } from '@modules/suppression';
import { Injectable } from '@nestjs/common';
import type { CompiledContent } from '../domain/content/compile-content';
import { leftOut, type Targeting } from '../domain/content/targeting';
import type { Drop } from '../domain/execution/end-state';
import type { RenderedPerson } from './render-slice';

/** What the gate said, for some people of one project. */
interface Asked {
  projectId: string;
  contents: ReadonlyMap<string, CompiledContent | null>;
  people: RenderedPerson[];
  decisions: GateDecision[];
}

/** What is left of it, and why the rest is left out. */
export interface Targeted {
  decisions: GateDecision[];
  drops: { seq: number; drop: Drop }[];
}

/** Keeps messages to the systems, browsers and groups that the campaign is for. */
@Injectable()
export class NarrowToTarget {
  constructor(private readonly profiles: ProfilesService) {}

  /** Only takes away; who may get nothing stays without. */
  async run(tx: Tx, { projectId, contents, people, decisions }: Asked): Promise<Targeted> {
    const bySeq = new Map(people.map((person) => [person.seq, contents.get(person.templateId)?.targeting ?? null]));
    const targetings = [...bySeq.values()].flatMap((each) => each ?? []);
    if (targetings.length === 0) return { decisions, drops: [] };
    const reached = await this.reachedByPush(tx, projectId, { targetings, decisions });
    const drops: Targeted['drops'] = [];
    const left = decisions.filter((decision) => {
      const targeting = bySeq.get(decision.seq);
      if (!targeting || !decision.isAllowed) return true;
      const detail = leftOut(targeting, { ...decision, isPushSubscribed: reached.has(decision.profileId) });
      if (detail !== null) drops.push({ seq: decision.seq, drop: { state: 'NOT_IN_SEGMENT', detail } });
      return detail === null;
    });
    return { decisions: left, drops };
  }

  /** People with a device that push messages may go to; asked only where some content wants to know. */
  private async reachedByPush(
    tx: Tx,
    projectId: string,
    { targetings, decisions }: { targetings: Targeting[]; decisions: GateDecision[] },
  ): Promise<Set<string>> {
    if (targetings.every(({ groups }) => groups.size === 0)) return new Set();
    const profileIds = [...new Set(decisions.map(({ profileId }) => profileId))];
    const rows = await this.profiles.reach(tx, projectId, profileIds, ['MOBILE_PUSH', 'WEB_PUSH']);
    const reached = rows.filter(({ isAddressable, subscription }) => isAddressable && subscription !== 'UNSUBSCRIBED');
    return new Set(reached.map(({ profileId }) => profileId));
  }
}
