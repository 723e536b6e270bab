import { newId } from '@libs/foundation';
import { Outbox, Transactions, type Tx } from '@libs/platform';
import { type Actor, AuditTrail, Tasks } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { beginErasure, isHeldOff } from '../persistence/erasure-lock';
import { holdUserId } from '../sdk/identify-device';
import { erasePersonJob } from './erase.job';
import { ErasureRepository } from './erasure.repository';
import { FindPerson } from './find-person';
import { OwnPersonalData } from './own-personal-data';
import { PersonalData } from './personal-data';

const mostTries = 15;

/** Takes one person out of everything that is kept: their profile at once, the rest as a task. */
@Injectable()
export class ErasePerson {
  constructor(
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    private readonly tasks: Tasks,
    private readonly audit: AuditTrail,
    private readonly people: FindPerson,
    private readonly data: PersonalData,
    private readonly own: OwnPersonalData,
    private readonly erasures: ErasureRepository,
  ) {}

  /** From the answer on nothing is sent to the person any more. @returns the task of what is left to do. */
  async start(actor: Actor, userId: string): Promise<string> {
    const { projectId } = actor;
    await this.untilBegun(projectId, userId);
    return this.transactions.run(async (tx) => {
      // Nobody signs in as the person meanwhile.
      await holdUserId(tx, projectId, userId);
      const person = await this.people.find(tx, projectId, userId);
      const kind = {
        kind: 'profiles.erase',
        title: 'Erasure of a person',
        total: this.data.sources.length,
        waits: true,
      } as const;
      const taskId = await this.tasks.start(tx, { projectId, triggeredBy: actor.label, ...kind });
      const id = newId();
      await this.erasures.add(tx, { id, projectId, taskId, person });
      if (person.profileId) {
        await this.erasures.hold(tx, projectId, person.profileId);
        await this.data.tellErasure(tx, projectId, person.profileId);
      }
      await this.own.erase(tx, projectId, person);
      // What was announced since the beginning counts as announced before the answer.
      await this.data.tellErasureBegin(tx, projectId, person);
      await this.audit.record(tx, actor, { action: 'profile.erased', subject: { type: 'erasure', id } });
      await this.outbox.enqueue(tx, erasePersonJob, { erasureId: id, at: 'start' });
      return taskId;
    });
  }

  /** Lets others go first between its tries, for about half a minute: nobody is made known while it waits for its turn. */
  private async untilBegun(projectId: string, userId: string): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.transactions.run((tx) => this.begin(tx, projectId, userId));
      } catch (error) {
        if (tries === mostTries || !isHeldOff(error)) throw error;
      }
    }
  }

  /** Committed before anything else. An earlier erasure of the person that is worked on is waited for before others wait. */
  private async begin(tx: Tx, projectId: string, userId: string): Promise<void> {
    await this.data.tellErasureBegin(tx, projectId, await this.people.find(tx, projectId, userId));
    await beginErasure(tx, projectId);
    // Whoever was at it until now may have made more known of the person.
    await this.data.tellErasureBegin(tx, projectId, await this.people.find(tx, projectId, userId));
  }

  /** Asks again for erasures that nobody works: their job was lost, or its worker died. */
  async takeUp(): Promise<void> {
    await this.transactions.run(async (tx) => {
      const at = new Date().toISOString();
      for (const erasureId of await this.erasures.waiting(tx))
        await this.outbox.enqueue(tx, erasePersonJob, { erasureId, at });
    });
  }

  /** All or nothing; what came in between the request and now goes too. */
  async run(erasureId: string): Promise<void> {
    await this.transactions.run(async (tx) => {
      const erasure = await this.erasures.take(tx, erasureId);
      if (!erasure) return;
      const { projectId, taskId, person } = erasure;
      for (const source of this.data.sources) {
        await source.erase(tx, projectId, person);
        await this.tasks.progress(tx, taskId, { processed: 1, succeeded: 1, failed: 0 });
      }
      await this.erasures.finish(tx, erasureId);
      await this.tasks.finish(tx, taskId, 'SUCCEEDED');
    });
  }
}
