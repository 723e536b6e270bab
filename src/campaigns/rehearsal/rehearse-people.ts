import { Transactions } from '@libs/platform';
import { Tasks } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import type { RehearsalCounter, Rehearsed } from '../domain/execution/rehearsal';
import type { OpenRecipient } from '../persistence/ledger/chunk.repository';
import { type RehearsalContext, Rehearse } from './rehearse';

const peopleAtOnce = 500;
const mostNamed = 10_000;

/** A rehearsal of many people under way. */
export interface Rehearsal {
  taskId: string;
  context: RehearsalContext;
  counter: RehearsalCounter;
}

function isNotable({ state, numberProblem, missingFields }: Rehearsed): boolean {
  return state !== 'SENT' || numberProblem !== null || missingFields.length > 0;
}

/** Rehearses people group by group, adds them up, and names those who are worth a look in the task's rows. */
@Injectable()
export class RehearsePeople {
  constructor(
    private readonly transactions: Transactions,
    private readonly rehearse: Rehearse,
    private readonly tasks: Tasks,
  ) {}

  async add(rehearsal: Rehearsal, people: OpenRecipient[]): Promise<void> {
    for (let from = 0; from < people.length; from += peopleAtOnce) {
      const group = people.slice(from, from + peopleAtOnce);
      const rehearsed = await this.rehearse.people(rehearsal.context, group);
      await this.name(rehearsal, { group, rehearsed });
      for (const person of rehearsed) rehearsal.counter.add(person);
    }
  }

  /** Keeps who is to be looked at, up to a limit. */
  private async name(
    { taskId, counter }: Rehearsal,
    { group, rehearsed }: { group: OpenRecipient[]; rehearsed: Rehearsed[] },
  ): Promise<void> {
    const bySeq = new Map(group.map((recipient) => [recipient.seq, recipient]));
    const notable = rehearsed.filter(isNotable).slice(0, Math.max(0, mostNamed - counter.named));
    counter.named += notable.length;
    await this.tasks.addErrors(
      this.transactions.pool,
      taskId,
      notable.map(({ seq, state, reason, numberProblem, missingFields }) => {
        const { customerId, templateId: optimoveTemplateId } = bySeq.get(seq) ?? { customerId: '', templateId: '' };
        const why = [
          reason,
          numberProblem,
          missingFields.length > 0 ? `No value for ${missingFields.join(', ')}` : null,
        ];
        return {
          row: { customerId, optimoveTemplateId, endState: state, missingFields },
          reason: [...new Set(why)].filter((part) => part !== null).join('; ') || state,
        };
      }),
    );
  }
}
