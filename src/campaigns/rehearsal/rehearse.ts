import type { Medium } from '@libs/delivery';
import { groupBy } from '@libs/foundation';
import { Transactions, type Tx } from '@libs/platform';
import type { Accounts } from '@modules/channels';
import type { ConnectionView } from '@modules/connections';
import { MatchingService } from '@modules/matching';
import { ProfilesService } from '@modules/profiles';
import { type GateDecision, SuppressionService } from '@modules/suppression';
import { Injectable } from '@nestjs/common';
import { measureSms } from '../domain/content/sms-parts';
import { type Drop, firstDrop } from '../domain/execution/end-state';
import type { Rehearsed } from '../domain/execution/rehearsal';
import { toGate } from '../execution/gate-person';
import { matchRecipients } from '../execution/match-recipients';
import { narrowToAccounts } from '../execution/narrow-to-accounts';
import { narrowToKeys } from '../execution/narrow-to-keys';
import { type NarrowContext, NarrowToSegment } from '../execution/narrow-to-segment';
import { NarrowToTarget } from '../execution/narrow-to-target';
import { refusedDrop } from '../execution/refused-drop';
import { type MatchedRecipient, type RenderContext, type RenderedPerson, renderSlice } from '../execution/render-slice';
import type { Kept } from '../limits/keep-within-limits';
import { type Limited, LimitSlice } from '../limits/limit-slice';
import type { LimitsInForce } from '../limits/limits-in-force';
import type { OpenRecipient } from '../persistence/ledger/chunk.repository';

/** What a rehearsal stands on: of the provider accounts only what they take. */
export interface RehearsalContext extends RenderContext {
  projectId: string;
  segments: NarrowContext['segments'];
  limits: LimitsInForce;
  execution: { id: string; attributes: string[] };
  /** Null for a Direct campaign, whose people come with their profiles. */
  connection: ConnectionView | null;
  senders: Accounts<string>;
}

/** Carries the answer out of a transaction that is undone. */
class Undone extends Error {
  constructor(readonly people: Rehearsed[]) {
    super('Rehearsed');
  }
}

/**
 * Takes people the way they would go (match, segment, render, gate) and tells where they would end. It knows nobody who could
 * hand a message over, and whatever the way writes (numbers, rejects, proofs) is undone with its transaction.
 */
@Injectable()
export class Rehearse {
  constructor(
    private readonly transactions: Transactions,
    private readonly matching: MatchingService,
    private readonly profiles: ProfilesService,
    private readonly suppression: SuppressionService,
    private readonly segment: NarrowToSegment,
    private readonly targets: NarrowToTarget,
    private readonly limits: LimitSlice,
  ) {}

  async people(context: RehearsalContext, people: OpenRecipient[]): Promise<Rehearsed[]> {
    try {
      return await this.transactions.run<Rehearsed[]>(async (tx) => {
        throw new Undone(await this.walk(tx, context, people));
      });
    } catch (error) {
      if (error instanceof Undone) return error.people;
      throw error;
    }
  }

  private async walk(tx: Tx, context: RehearsalContext, people: OpenRecipient[]): Promise<Rehearsed[]> {
    const { projectId } = context;
    const matched = await this.segment.run(tx, context, await this.match(tx, context, people));
    const profileIds = matched.flatMap(({ profileId }) => (profileId ? [profileId] : []));
    const stored = await this.profiles.storedValues(tx, projectId, profileIds);
    const rendered = renderSlice({ ...context, notesMissing: true }, matched, stored);
    const { decisions, kept } = await this.decide(tx, context, rendered);
    const bySeq = groupBy(decisions, ({ seq }) => seq);
    return rendered.map((person) => rehearsed(person, bySeq.get(person.seq) ?? [], kept.get(person.seq)));
  }

  private async match(tx: Tx, context: RehearsalContext, people: OpenRecipient[]): Promise<MatchedRecipient[]> {
    const { connection } = context;
    if (!connection) return people.map((person) => ({ ...person, numberProblem: null, drops: [] }));
    return matchRecipients(
      tx,
      this.matching,
      { ...context, connection, keys: connection, namesSince: connection.namesSince },
      people,
    );
  }

  private async decide(tx: Tx, context: RehearsalContext, rendered: RenderedPerson[]): Promise<Limited> {
    const { projectId, connection, execution, contents } = context;
    const { id: executionId } = execution;
    const ready = rendered.filter(({ messages }) => messages.size > 0);
    if (ready.length === 0) return { decisions: [], kept: new Map() };
    const decisions = await this.suppression.decide(tx, {
      projectId,
      origin: connection
        ? { kind: 'OPTIMOVE', connectionId: connection.id, executionId }
        : { kind: 'DIRECT', executionId },
      people: ready.flatMap((person) => toGate(context.limits, person)),
      media: [...new Set(ready.flatMap(({ messages }) => [...messages.keys()]))],
    });
    const targeted = await this.targets.run(tx, { projectId, contents, people: ready, decisions });
    const people = new Map(ready.map((person) => [person.seq, person]));
    for (const { decision, drop } of targeted.leftOut) people.get(decision.seq)?.drops.push(drop);
    const reachable = narrowToAccounts(context.senders, narrowToKeys(ready, targeted.decisions));
    return this.limits.run(tx, context, { people: ready, decisions: reachable });
  }
}

function rehearsed(person: RenderedPerson, decisions: GateDecision[], kept: Kept | undefined): Rehearsed {
  const drops: Drop[] = [...person.drops, ...(kept && 'drop' in kept ? [kept.drop] : [])];
  const messages: Rehearsed['messages'] = [];
  for (const decision of decisions) {
    const message = person.messages.get(decision.medium);
    if (!message) continue;
    if (decision.isAllowed) messages.push({ medium: decision.medium, smsParts: partsOf(decision.medium, message) });
    else drops.push(refusedDrop(decision, person));
  }
  const { seq, profileId, numberProblem } = person;
  const drop = messages.length > 0 ? null : firstDrop(drops);
  return {
    seq,
    state: drop?.state ?? 'SENT',
    reason: drop?.detail ?? null,
    isMatched: profileId !== null,
    numberProblem,
    messages,
    missingFields: [...(person.missing ?? [])],
  };
}

function partsOf(medium: Medium, message: object): number {
  return medium === 'SMS' && 'text' in message ? measureSms(String(message.text)) : 0;
}
