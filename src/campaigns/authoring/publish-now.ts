import { Outbox, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { PublicationTicket } from '../persistence/authoring/publication.repository';
import { PublishTemplate } from './publish-template';
import { publishTemplateJob } from './publish-template.job';

const waitMs = 10_000;
const jobAfterMs = 15_000;

/** Lets a mutation answer with what Optimove said, if Optimove answers soon; a job finishes what is left. */
@Injectable()
export class PublishNow {
  constructor(
    private readonly outbox: Outbox,
    private readonly publishTemplate: PublishTemplate,
  ) {}

  /** Queues the job that takes over when the attempt of {@link attempt} came to nothing. */
  schedule(tx: Tx, tickets: PublicationTicket[]): Promise<void> {
    return this.outbox.enqueueMany(tx, publishTemplateJob, tickets, { runAt: new Date(Date.now() + jobAfterMs) });
  }

  /** Tries at once, after the commit, and waits at most 10 seconds. The publications' rows say what came of it. */
  async attempt(tickets: PublicationTicket[]): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, waitMs);
    });
    await Promise.race([this.runAll(tickets), patience]);
    clearTimeout(timer);
  }

  /** One after another, as each takes up to a hundred along; what Optimove cannot take now is left to the job. */
  private async runAll(tickets: PublicationTicket[]): Promise<void> {
    try {
      for (const ticket of tickets) await this.publishTemplate.run(ticket);
    } catch {
      // The publications' rows say why.
    }
  }
}
