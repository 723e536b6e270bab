import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type JobsOptions, Queue } from 'bullmq';
import { PlatformConfig } from '../config/platform.config';
import { Notifications } from '../database/notifications';
import { query, Transactions, type Tx } from '../database/transactions';
import { Log } from '../logging/logger';
import { lagOf } from '../metrics/lag';
import { Metrics } from '../metrics/metrics';
import { queueConnection } from '../queue/backend';
import { declaredJobs } from '../queue/job-contract';
import { outboxChannel } from './outbox';

interface Message {
  id: string;
  queue: string;
  job_id: string;
  data: object;
}

const waiting = 'SELECT run_at AS at FROM outbox_message WHERE run_at <= now() ORDER BY run_at LIMIT 1';
const batchSize = 500;
const pollMs = 1000;
/** What waits for a queue keeps its rows locked. */
const patienceMs = 5_000;

/** Moves committed outbox messages into the queues; runs in every worker, a message is moved by one of them. */
@Injectable()
export class OutboxRelay implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly queues = new Map<string, Queue>();
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;
  private isWanted = false;
  private isStopped = false;

  constructor(
    private readonly config: PlatformConfig,
    private readonly transactions: Transactions,
    private readonly notifications: Notifications,
    private readonly log: Log,
    metrics: Metrics,
  ) {
    const help = 'Seconds that the oldest job has waited to be moved to its queue';
    metrics.gauge({ name: 'outbox_lag_seconds', help }, () => lagOf(this.transactions.pool, waiting));
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.notifications.listen(outboxChannel, () => this.wake());
    this.timer = setInterval(() => this.wake(), pollMs);
    this.wake();
  }

  async onApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    if (this.timer) clearInterval(this.timer);
    await this.running;
    await Promise.all([...this.queues.values()].map((queue) => queue.close().catch(() => undefined)));
  }

  private wake(): void {
    this.isWanted = true;
    this.running ??= this.drain().finally(() => {
      this.running = null;
    });
  }

  private async drain(): Promise<void> {
    while (this.isWanted && !this.isStopped) {
      this.isWanted = false;
      try {
        while (!this.isStopped && (await this.moveBatch()) === batchSize);
      } catch (error) {
        this.log.failure('outbox.relay-failed', error);
        return;
      }
    }
  }

  private moveBatch(): Promise<number> {
    return this.transactions.run(async (tx) => {
      const messages = await query<Message>(
        tx,
        `SELECT id, queue, job_id, data FROM outbox_message WHERE run_at <= now()
         ORDER BY run_at, id LIMIT ${batchSize} FOR UPDATE SKIP LOCKED`,
      );
      const moved = await this.addToQueues(tx, messages);
      await query(tx, 'DELETE FROM outbox_message WHERE id = ANY($1::bigint[])', [moved]);
      return messages.length;
    });
  }

  /**
   * A message whose queue refuses it, or is not there, stays, is put off, and holds up no other. Should it arrive after
   * all, it is known by its id when it comes again.
   */
  private async addToQueues(tx: Tx, messages: Message[]): Promise<string[]> {
    const groups = [...groupByQueue(messages)];
    const isMoved = await Promise.all(groups.map(([name, group]) => this.addTo(name, group)));
    const refused = groups.flatMap(([, group], index) => (isMoved[index] ? [] : group));
    if (refused.length > 0) {
      await query(tx, `UPDATE outbox_message SET run_at = now() + interval '2 seconds' WHERE id = ANY($1::bigint[])`, [
        refused.map(({ id }) => id),
      ]);
    }
    return groups.flatMap(([, group], index) => (isMoved[index] ? group.map(({ id }) => id) : []));
  }

  private async addTo(name: string, group: Message[]): Promise<boolean> {
    const jobs = group.map((message) => ({ name, data: message.data, opts: jobOptions(message) }));
    const added = this.queueOf(name).addBulk(jobs);
    const tooLate = pause(patienceMs, undefined, { ref: false }).then(() => {
      throw new Error(`The queue did not answer within ${patienceMs} ms`);
    });
    try {
      await Promise.race([added, tooLate]);
      return true;
    } catch (error) {
      this.log.failure('outbox.queue-refused', error, { queue: name, messages: group.length });
      return false;
    } finally {
      for (const left of [added, tooLate]) left.catch(() => undefined);
    }
  }

  private queueOf(name: string): Queue {
    const existing = this.queues.get(name);
    if (existing) return existing;
    const queue = new Queue(name, { connection: queueConnection(this.config) });
    queue.on('error', (error) => this.log.failure('queue.error', error, { queue: name }));
    this.queues.set(name, queue);
    return queue;
  }
}

function groupByQueue(messages: Message[]): Map<string, Message[]> {
  const groups = new Map<string, Message[]>();
  for (const message of messages) {
    const group = groups.get(message.queue) ?? [];
    groups.set(message.queue, group);
    group.push(message);
  }
  return groups;
}

function jobOptions(message: Message): JobsOptions {
  const contract = declaredJobs().find(({ queue }) => queue === message.queue);
  return {
    jobId: message.job_id,
    attempts: contract?.attempts ?? 1,
    backoff: { type: 'exponential', delay: contract?.backoffMs ?? 1000 },
    removeOnComplete: true,
    removeOnFail: { age: 7 * 86_400, count: 1000 },
  };
}
