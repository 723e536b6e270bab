import { InvariantError } from '@libs/foundation';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, Reflector } from '@nestjs/core';
import type { Worker } from 'bullmq';
import { PlatformConfig } from '../config/platform.config';
import { Log } from '../logging/logger';
import { declaredJobs } from './job-contract';
import { handledQueue, JobHandler } from './processor';
import { QueueMetrics } from './queue-metrics';

/** Stops the worker at boot when a declared job of its part has no handler or two, and has every queue worker watched. */
@Injectable()
export class HandlerCheck implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly reflector: Reflector,
    private readonly config: PlatformConfig,
    private readonly log: Log,
    private readonly metrics: QueueMetrics,
  ) {}

  onModuleInit(): void {
    const handled = this.handlers().map((handler) => this.reflector.get<string>(handledQueue, handler.constructor));
    const { WORKER_SERVES: serves } = this.config;
    for (const { queue, part } of declaredJobs()) {
      if (serves !== 'all' && serves !== part) continue;
      const count = handled.filter((name) => name === queue).length;
      if (count !== 1) {
        throw new InvariantError(
          `Job "${queue}" has ${count} handlers; give it exactly one class with @HandlesJob in a worker module`,
        );
      }
    }
  }

  onApplicationBootstrap(): void {
    for (const handler of this.handlers()) {
      const worker = handler.worker as Worker;
      this.metrics.watch(worker);
      worker.on('error', (error) => this.log.failure('worker.error', error, { queue: worker.name }));
      worker.on('failed', (job, error) =>
        this.log.failure('job.failed', error, { queue: worker.name, jobId: job?.id, attempt: job?.attemptsMade }),
      );
    }
  }

  private handlers(): JobHandler<object>[] {
    return this.discovery
      .getProviders()
      .map(({ instance }) => instance as unknown)
      .filter((instance): instance is JobHandler<object> => instance instanceof JobHandler);
  }
}
