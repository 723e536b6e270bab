import type { Medium } from '@libs/delivery';
import { groupBy } from '@libs/foundation';
import type { Tx } from '@libs/platform';
import type { GateDecision } from '@modules/suppression';
import { Injectable } from '@nestjs/common';
import { isLimited } from '../domain/limits/category';
import { firstReachable } from '../domain/limits/choose-media';
import type { RenderedPerson } from '../execution/render-slice';
import { CategoryUseRepository } from '../persistence/limits/category-use.repository';
import { TriedMediaRepository } from '../persistence/limits/tried-media.repository';
import { KeepWithinLimits, type Kept } from './keep-within-limits';
import type { LimitsInForce } from './limits-in-force';

/** What limiting needs to know of an execution. */
export interface LimitScope {
  execution: { id: string };
  contents: Map<string, { firstReachable: Medium[] | null; expiresAfterMinutes: number | null } | null>;
  limits: LimitsInForce;
}

/** What goes out of what the gate lets through, and who gets nothing now. */
export interface Limited {
  decisions: GateDecision[];
  kept: Map<number, Kept>;
}

/** The last part of the gate: over which media it goes, at which hours, and how often. Costs nothing where none of it is used. */
@Injectable()
export class LimitSlice {
  constructor(
    private readonly limits: KeepWithinLimits,
    private readonly uses: CategoryUseRepository,
    private readonly tried: TriedMediaRepository,
  ) {}

  /** In the transaction that claims. `people` are those whom the decisions are about, with their messages. */
  async run(
    tx: Tx,
    scope: LimitScope,
    { people, decisions: all }: { people: RenderedPerson[]; decisions: GateDecision[] },
  ): Promise<Limited> {
    const decisions = await this.choose(tx, scope, { people, decisions: all });
    const { quietHours, categories } = scope.limits;
    if (!quietHours && categories.size === 0) return { decisions, kept: new Map() };
    const ready = people.flatMap((person) => toLimited(scope, person, decisions));
    const kept = await this.limits.run(tx, { executionId: scope.execution.id, limits: scope.limits }, ready);
    return { decisions: decisions.filter(({ seq, isAllowed }) => !isAllowed || !kept.has(seq)), kept };
  }

  /** After a hand-over: places in categories of people who came to an end without a message are free again. */
  async giveBack(tx: Tx, { execution, limits }: LimitScope, people: RenderedPerson[]): Promise<void> {
    if (limits.categories.size === 0) return;
    const reserved = people.flatMap(({ seq, profileId, templateId }) => {
      const category = limits.categories.get(templateId)?.category;
      return category && isLimited(category) && profileId ? [{ seq, profileId, categoryId: category.id }] : [];
    });
    await this.uses.giveBack(tx, execution.id, reserved);
  }

  /** Whose message was refused over one medium and goes on over the next. */
  stillReachable(
    { contents }: LimitScope,
    people: RenderedPerson[],
    outcomes: { seq: number; medium: Medium; state: string }[],
  ): Set<number> {
    const bySeq = groupBy(outcomes, ({ seq }) => seq);
    return new Set(
      people.flatMap(({ seq, templateId, messages }) => {
        const order = contents.get(templateId)?.firstReachable ?? [];
        const own = bySeq.get(seq) ?? [];
        const last = Math.max(-1, ...own.map(({ medium }) => order.indexOf(medium)));
        const isRefused = last >= 0 && own.every(({ state }) => state === 'REJECTED');
        return isRefused && order.slice(last + 1).some((medium) => messages.has(medium)) ? [seq] : [];
      }),
    );
  }

  private async choose(
    tx: Tx,
    { execution, contents }: LimitScope,
    { people, decisions }: { people: RenderedPerson[]; decisions: GateDecision[] },
  ): Promise<GateDecision[]> {
    const ordered = people.filter(({ templateId }) => contents.get(templateId)?.firstReachable);
    if (ordered.length === 0) return decisions;
    const tried = await this.tried.of(
      tx,
      execution.id,
      ordered.map(({ seq }) => seq),
    );
    const bySeq = new Map(ordered.map((person) => [person.seq, person]));
    return [...groupBy(decisions, ({ seq }) => seq)].flatMap(([seq, own]) => {
      const person = bySeq.get(seq);
      const order = person && contents.get(person.templateId)?.firstReachable;
      if (!order) return own;
      return firstReachable(
        own.filter(({ medium }) => person.messages.has(medium)),
        order,
        tried.get(seq) ?? [],
      );
    });
  }
}

function toLimited({ contents }: LimitScope, person: RenderedPerson, decisions: GateDecision[]) {
  const { seq, profileId, templateId, dueAt, timeZone, messages } = person;
  const own = decisions.filter(
    (decision) => decision.seq === seq && decision.isAllowed && messages.has(decision.medium),
  );
  if (!profileId || own.length === 0) return [];
  const minutes = contents.get(templateId)?.expiresAfterMinutes ?? null;
  const deadline = minutes === null ? null : new Date(dueAt.getTime() + minutes * 60_000);
  return [{ seq, profileId, templateId, timeZone, deadline, media: own.map(({ medium }) => medium) }];
}
