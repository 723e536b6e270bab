import type { Tx } from '@libs/platform';
import { ProfilesService } from '@modules/profiles';
import type { GateDecision } from '@modules/suppression';
import { Injectable } from '@nestjs/common';
import { type LeftOut, leftOut, shownInside, type Targeting } from '../domain/content/targeting';

type Allowed = Extract<GateDecision, { isAllowed: true }>;

/** What the gate said, for some people of one project. */
interface Asked {
  projectId: string;
  contents: ReadonlyMap<string, { targeting: Targeting | null } | null>;
  people: { seq: number; templateId: string }[];
  decisions: GateDecision[];
}

/** What is left of it, and why the rest is left out. */
export interface Targeted {
  decisions: GateDecision[];
  leftOut: { decision: Allowed; drop: LeftOut }[];
}

/** Keeps messages to the apps, systems, browsers and groups that the campaign is for. */
@Injectable()
export class NarrowToTarget {
  constructor(private readonly profiles: ProfilesService) {}

  /** Only takes away; who may get nothing stays without. */
  async run(tx: Tx, { projectId, contents, people, decisions }: Asked): Promise<Targeted> {
    const bySeq = new Map(people.map((person) => [person.seq, contents.get(person.templateId)?.targeting ?? null]));
    const targetings = [...bySeq.values()].flatMap((each) => each ?? []);
    if (targetings.length === 0) return { decisions, leftOut: [] };
    const reached = await this.reachedByPush(tx, projectId, { targetings, decisions });
    const installed = await this.installed(tx, projectId, { targetings, decisions });
    const hasApp = ({ medium, profileId, appId }: Allowed, { appIds = [] }: Targeting): boolean =>
      shownInside.has(medium)
        ? appIds.some((id) => installed.get(id)?.has(profileId))
        : appId !== null && appIds.includes(appId);
    const out: Targeted['leftOut'] = [];
    const left = decisions.filter((decision) => {
      const targeting = bySeq.get(decision.seq);
      if (!targeting || !decision.isAllowed) return true;
      const isPushSubscribed = reached.has(decision.profileId);
      const drop = leftOut(targeting, { ...decision, isPushSubscribed, hasApp: hasApp(decision, targeting) });
      if (drop) out.push({ decision, drop });
      return drop === null;
    });
    return { decisions: left, leftOut: out };
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

  /** Who has which of the apps; asked only where something would be shown inside them. */
  private async installed(
    tx: Tx,
    projectId: string,
    { targetings, decisions }: { targetings: Targeting[]; decisions: GateDecision[] },
  ): Promise<Map<string, Set<string>>> {
    const appIds = [...new Set(targetings.flatMap(({ appIds: own = [] }) => own))];
    const inside = decisions.filter(({ medium, isAllowed }) => isAllowed && shownInside.has(medium));
    const profileIds = [...new Set(inside.map(({ profileId }) => profileId))];
    return this.profiles.installations(tx, projectId, { profileIds: appIds.length > 0 ? profileIds : [], appIds });
  }
}
