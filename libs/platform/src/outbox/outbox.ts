import { Injectable } from '@nestjs/common';
import { Notifications } from '../database/notifications';
import { query, type Tx } from '../database/transactions';
import type { JobContract } from '../queue/job-contract';
import type { IntegrationEvent } from './integration-event';

/** The NOTIFY channel on which the relays learn of new messages. */
export const outboxChannel = 'outbox';

/** When a job may run. */
export interface EnqueueOptions {
  /** Not before this instant; default now. */
  runAt?: Date;
}

/** Jobs and events leave in the transaction of the state they follow: no job for a rolled-back row, no row without its job. */
@Injectable()
export class Outbox {
  constructor(private readonly notifications: Notifications) {}

  /** Queues one job when `tx` commits. */
  enqueue<T extends object>(tx: Tx, job: JobContract<T>, data: T, options: EnqueueOptions = {}): Promise<void> {
    return this.enqueueMany(tx, job, [data], options);
  }

  /** Queues many jobs of a kind when `tx` commits, in one statement. */
  async enqueueMany<T extends object>(
    tx: Tx,
    job: JobContract<T>,
    items: T[],
    options: EnqueueOptions = {},
  ): Promise<void> {
    if (items.length === 0) return;
    await query(
      tx,
      `INSERT INTO outbox_message (queue, job_id, data, run_at)
       SELECT $1, message.job_id, message.data::jsonb, coalesce($4::timestamptz, now())
       FROM unnest($2::text[], $3::text[]) AS message(job_id, data)`,
      [job.queue, items.map(job.id), items.map((item) => JSON.stringify(item)), options.runAt ?? null],
    );
    await this.notifications.notify(tx, outboxChannel, job.queue);
  }

  /** Queues the job of every subscriber of the event when `tx` commits. */
  async publish<T extends object>(tx: Tx, event: IntegrationEvent<T>, data: T): Promise<void> {
    for (const job of event.subscribers) await this.enqueue(tx, job, data);
  }
}
