import { AppError, toError } from '@libs/foundation';
import { Processor, WorkerHost } from '@nestjs/bullmq';
import { applyDecorators, Injectable, SetMetadata } from '@nestjs/common';
import { type Job, UnrecoverableError } from 'bullmq';
import type { JobContract } from './job-contract';

/** Metadata key that names the queue a handler class serves. */
export const handledQueue = 'handled-queue';

/** Makes a {@link JobHandler} class the one handler of a job. */
export function HandlesJob<T extends object>(job: JobContract<T>): ClassDecorator {
  return applyDecorators(
    Injectable(),
    SetMetadata(handledQueue, job.queue),
    Processor(job.queue, {
      concurrency: job.concurrency,
      lockDuration: 15_000,
      stalledInterval: 5_000,
      maxStalledCount: 1_000,
      // A worker that waits for its database to come back also keeps its process from stopping.
      runRetryDelay: 1_000,
    }) as ClassDecorator,
  );
}

/**
 * A job's handler. A fault that says it is not retryable, or that is no {@link AppError}, fails the job at once and
 * stays visible; a retryable one is tried again as the contract says. The row in PostgreSQL is the state either way.
 */
export abstract class JobHandler<T extends object> extends WorkerHost {
  abstract handle(data: T): Promise<void>;

  override async process(job: Job<T>): Promise<void> {
    try {
      await this.handle(job.data);
    } catch (error) {
      if (isRetryable(error)) throw error;
      throw new UnrecoverableError(toError(error).message);
    }
  }
}

const passing = /^(08|53|57|40|55P03)|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND/;

/** Whether the same work may succeed when tried again: our own faults say so, the database's are known by SQLSTATE. */
export function isRetryable(error: unknown): boolean {
  if (error instanceof AppError) return error.retryable;
  const { code, driverError, message } = (error ?? {}) as {
    code?: string;
    driverError?: { code?: string };
    message?: string;
  };
  const state = driverError?.code ?? code ?? '';
  return (
    passing.test(state) ||
    /Connection terminated|connection error|already released|timeout exceeded when trying to connect/i.test(
      message ?? '',
    )
  );
}
