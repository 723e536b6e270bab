import { Injectable } from '@nestjs/common';
import type { Worker } from 'bullmq';
import { type GaugeValue, Metrics } from '../metrics/metrics';

const states = ['wait', 'active', 'delayed', 'failed'] as const;
const buckets = [0.01, 0.1, 0.5, 1, 5, 15, 60, 300, 1_800];

/** How the queues of this process fare. */
@Injectable()
export class QueueMetrics {
  private readonly workers: Worker[] = [];
  private readonly ended: (labels: { queue: string; outcome: string }) => void;
  private readonly waited: (labels: { queue: string }, seconds: number) => void;

  constructor(metrics: Metrics) {
    const tries =
      'Tries of jobs that this process made, by queue: completed, or failed, after which it may be tried again';
    this.ended = metrics.counter('jobs_total', tries, ['queue', 'outcome']);
    const wait = 'How long jobs waited in the queue until this process took them for the first time';
    this.waited = metrics.seconds({ name: 'job_wait_seconds', help: wait, labels: ['queue'] }, buckets);
    const counts = 'Jobs in the queues that this process serves, of all processes, by state';
    metrics.gauge({ name: 'queue_jobs', help: counts, labels: ['queue', 'state'] }, () => this.counts());
  }

  /** Counts what this worker of a queue does from now on. */
  watch(worker: Worker): void {
    this.workers.push(worker);
    const queue = worker.name;
    worker.on('completed', () => this.ended({ queue, outcome: 'completed' }));
    worker.on('failed', () => this.ended({ queue, outcome: 'failed' }));
    worker.on('active', ({ attemptsMade, processedOn, timestamp, opts }) => {
      if (attemptsMade > 0 || processedOn === undefined) return;
      this.waited({ queue }, Math.max(0, processedOn - timestamp - (opts.delay ?? 0)) / 1_000);
    });
  }

  private async counts(): Promise<GaugeValue<'queue' | 'state'>[]> {
    const found = await Promise.all(
      this.workers.map(async ({ name: queue, backend }) => {
        const counts = await backend.getCounts([...states]);
        return states.map((state, index) => ({ labels: { queue, state }, value: counts[index] ?? 0 }));
      }),
    );
    return found.flat();
  }
}
